/** What the page offers to the test. */
export interface PageResults {
  description: string;
  results: [name: string, values: number[]][];
}

declare global {
  var parity: () => Promise<PageResults>;
}

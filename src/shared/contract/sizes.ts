/** How large a call may be, in bytes, where calls come as bytes. Small, but for those that carry files or name many. */
const ordinary = 2 ** 20;
/** Of what a page has made and wants saved. */
export const largestSaved = 2 ** 27;

const others: Partial<Record<string, number>> = {
  'files.save': largestSaved + ordinary,
  'datasets.open': 2 ** 25,
};

export const largestCall = (method: string): number => others[method] ?? ordinary;

/** Of all methods. */
export const largestMessage = Math.max(...Object.values(others).map((size) => size ?? ordinary));

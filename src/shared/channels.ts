/** Every channel between window and main process, and the bridge in between. Apart from contract.ts, so that the preload script carries no schemas. */

export const channels = { listRuns: 'runs:list' } as const;

/** What the preload script puts into the page as `window.capscope`. Answers are unchecked; see renderer/api.ts. */
export interface Bridge {
  listRuns: () => Promise<unknown>;
}

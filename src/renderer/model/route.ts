/** Where the page is, as the part of its address after "#": back and forward work, and a reload stays. */

export const views = ['datasets', 'train', 'runs', 'run', 'compare', 'studies', 'prune'] as const;
export type View = (typeof views)[number];

export interface Route {
  view: View;
  /** Ids of runs, or the fingerprint of a data set. */
  ids: string[];
}

export const home: Route = { view: 'runs', ids: [] };

export function parseRoute(hash: string): Route {
  const [name, ids = ''] = hash.replace(/^#\/?/, '').split('/');
  const view = views.find((one) => one === name);
  return view ? { view, ids: ids.split(',').filter(Boolean).map(decodeURIComponent) } : home;
}

export function printRoute({ view, ids }: Route): string {
  return `#/${view}${ids.length > 0 ? `/${ids.map(encodeURIComponent).join(',')}` : ''}`;
}

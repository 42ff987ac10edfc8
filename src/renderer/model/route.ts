/** Where the page is, as the part of its address after "#": back and forward work, and a reload stays. */

export const views = ['datasets', 'train', 'runs', 'run', 'compare', 'studies', 'prune'] as const;
export type View = (typeof views)[number];

export interface Route {
  view: View;
  /** Ids of runs or of a study, or the fingerprint of a data set. */
  ids: string[];
  /** Of a view that has parts: which one, e.g. "results" of a study. */
  part?: string;
}

export const home: Route = { view: 'runs', ids: [] };

export function parseRoute(hash: string): Route {
  const [name, ids = '', part = ''] = hash.replace(/^#\/?/, '').split('/');
  const view = views.find((one) => one === name);
  if (!view) return home;
  const route: Route = { view, ids: ids.split(',').filter(Boolean).map(decodeURIComponent) };
  return part === '' ? route : { ...route, part: decodeURIComponent(part) };
}

export function printRoute({ view, ids, part }: Route): string {
  const list = ids.map(encodeURIComponent).join(',');
  if (part !== undefined) return `#/${view}/${list}/${encodeURIComponent(part)}`;
  return `#/${view}${ids.length > 0 ? `/${list}` : ''}`;
}

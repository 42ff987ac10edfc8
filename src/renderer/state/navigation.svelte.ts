/** Which view is shown. The page's address says it, so that back, forward and reload work. */
import { parseRoute, printRoute, type Route, type View } from '../model/route.ts';

class Navigation {
  route = $state.raw<Route>(parseRoute(window.location.hash));

  constructor() {
    window.addEventListener('hashchange', () => (this.route = parseRoute(window.location.hash)));
  }

  go(view: View, ids: string[] = [], part?: string): void {
    window.location.hash = printRoute(part === undefined ? { view, ids } : { view, ids, part });
  }
}

export const navigation = new Navigation();

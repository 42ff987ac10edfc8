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

  /** To another part of what is shown; "back" does not lead through parts. */
  show(part: string): void {
    this.route = { ...this.route, part };
    window.history.replaceState(window.history.state, '', printRoute(this.route));
  }
}

export const navigation = new Navigation();

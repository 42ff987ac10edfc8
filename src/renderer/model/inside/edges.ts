/** What flows between capsule types, as lines of a graph and as shares of one of them. */
import type { RoutingLook } from '../../../shared/inside/look.ts';

export interface Edge {
  from: number;
  to: number;
  /** Of the strongest edge into this layer in any iteration. */
  share: number;
}

/** Thinner ones would only hide the others. */
const MOST = 200;

const iterationOf = ({ iterations }: RoutingLook, iteration: number): number => Math.min(iteration, iterations - 1);

/** The strongest last, so that they are drawn on top. */
export function edgesOf(routing: RoutingLook, iteration: number, above: number): Edge[] {
  const { from, to, flow } = routing;
  const most = flow.reduce((largest, value) => Math.max(largest, value), 0);
  if (most === 0) return [];
  const start = iterationOf(routing, iteration) * from * to;
  const edges: Edge[] = [];
  for (let i = 0; i < from * to; i++) {
    const share = flow[start + i]! / most;
    if (share >= above) edges.push({ from: Math.floor(i / to), to: i % to, share });
  }
  return edges.sort((a, b) => a.share - b.share).slice(-MOST);
}

export interface Share {
  type: number;
  share: number;
  /** In the first iteration, when all couplings are equal. */
  first: number;
}

const largestFirst = (shares: Share[]): Share[] => shares.sort((a, b) => b.share - a.share || a.type - b.type);

/** Where a type of the layer below goes: shares of its couplings. */
export function givesTo(routing: RoutingLook, type: number, iteration: number): Share[] {
  const { from, to, coupling } = routing;
  const at = (i: number, n: number) => coupling[(i * from + type) * to + n]!;
  const i = iterationOf(routing, iteration);
  return largestFirst(Array.from({ length: to }, (_, n) => ({ type: n, share: at(i, n), first: at(0, n) })));
}

/** What a type of this layer is made of: shares of what flows into it. Empty where nothing does. */
export function takesFrom(routing: RoutingLook, type: number, iteration: number): Share[] {
  const { from, to, flow } = routing;
  const column = (i: number) => Array.from({ length: from }, (_, t) => flow[(i * from + t) * to + type]!);
  const sharesOf = (values: number[]) => {
    const sum = values.reduce((a, b) => a + b, 0);
    return sum > 0 ? values.map((value) => value / sum) : null;
  };
  const [now, first] = [sharesOf(column(iterationOf(routing, iteration))), sharesOf(column(0))];
  return now ? largestFirst(now.map((share, t) => ({ type: t, share, first: first?.[t] ?? 0 }))) : [];
}

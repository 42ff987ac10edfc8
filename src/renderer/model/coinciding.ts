/** Curves that lie on each other, so that a chart can say what it cannot show. */

interface Curve {
  label: string;
  points: readonly { x: number; y: number }[];
}

/** Closer than this, as a share of what the curves span, they cannot be told apart. */
const NEAR = 0.004;

/** Groups of at least two; curves without points lie on nothing. */
export function coinciding(curves: readonly Curve[]): string[][] {
  const values = curves.flatMap(({ points }) => points.map(({ y }) => y)).filter(Number.isFinite);
  const span = Math.max(...values) - Math.min(...values);
  const alike = (a: Curve, b: Curve) =>
    a.points.length === b.points.length &&
    a.points.every(({ x, y }, i) => b.points[i]!.x === x && Math.abs(b.points[i]!.y - y) <= NEAR * span);
  const groups: Curve[][] = [];
  for (const curve of curves) {
    if (curve.points.length === 0) continue;
    const group = groups.find(([first]) => alike(first!, curve));
    if (group) group.push(curve);
    else groups.push([curve]);
  }
  return groups.filter(({ length }) => length > 1).map((group) => group.map(({ label }) => label));
}

/** "On one line: a; b." */
export function coincidingText(curves: readonly Curve[]): string {
  return coinciding(curves)
    .map((labels) => `On one line: ${labels.join('; ')}.`)
    .join(' ');
}

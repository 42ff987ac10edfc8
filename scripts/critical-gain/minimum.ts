/** The minimum of a smooth function of one variable with a single valley in an interval. */

const GOLDEN = (Math.sqrt(5) - 1) / 2;
/** Golden section ends at this width; the parabola through the last three points does the rest. */
const WIDTH = 0.1;

export async function minimum(f: (x: number) => Promise<number>, from: number, to: number): Promise<{ x: number; value: number }> {
  const at = async (x: number) => ({ x, value: await f(x) });
  let [low, high] = [await at(from), await at(to)];
  const inside = (share: number) => at(low.x + share * (high.x - low.x));
  let [left, right] = [await inside(1 - GOLDEN), await inside(GOLDEN)];
  while (high.x - low.x > WIDTH) {
    if (left.value < right.value) [high, right, left] = [right, left, await at(right.x - GOLDEN * (right.x - low.x))];
    else [low, left, right] = [left, right, await at(left.x + GOLDEN * (high.x - left.x))];
  }
  const [a, b, c] = left.value < right.value ? [low, left, right] : [left, right, high];
  return b.value <= Math.min(a.value, c.value) ? vertex(a, b, c) : a.value < c.value ? a : c;
}

type Point = { x: number; value: number };

function vertex(a: Point, b: Point, c: Point): Point {
  const [left, right] = [(b.value - a.value) / (b.x - a.x), (c.value - b.value) / (c.x - b.x)];
  const curvature = (right - left) / (c.x - a.x);
  const slope = left + curvature * (b.x - a.x); // at b
  return { x: b.x - slope / (2 * curvature), value: b.value - slope ** 2 / (4 * curvature) };
}

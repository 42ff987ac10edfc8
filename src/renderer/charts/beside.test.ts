import { BasicPlatform, Chart, LinearScale, PointElement, ScatterController } from 'chart.js';
import { expect, it } from 'vitest';
import { beside } from './beside.ts';

Chart.register(LinearScale, PointElement, ScatterController);

/** Takes every call, and draws nothing. */
function blank(): HTMLCanvasElement {
  const canvas = { width: 400, height: 300, style: {}, getContext: () => context } as unknown as HTMLCanvasElement;
  const context: object = new Proxy(
    { canvas, measureText: () => ({ width: 10 }) },
    { get: (target, name) => (Reflect.get(target, name) as unknown) ?? (() => undefined), set: () => true },
  );
  return canvas;
}

it('moves marks on the page, from where their values are, and neither values nor axes', () => {
  const made = (moved: boolean) =>
    new Chart(blank(), {
      type: 'scatter',
      platform: BasicPlatform,
      data: { datasets: [{ data: [0, 1].map(() => ({ x: 3, y: 0 })), parsing: false }] },
      options: { animation: false, responsive: false, scales: { y: { min: 0, suggestedMax: 0.1 } } },
      plugins: moved
        ? [
            beside([
              [
                { x: 0, y: 0 },
                { x: 2, y: -3 },
              ],
            ]),
          ]
        : [],
    });
  const [plain, moved] = [made(false), made(true)];
  const places = (chart: Chart) => chart.getDatasetMeta(0).data.map(({ x, y }) => [x, y] as const);
  const [[x, y]] = places(plain) as [readonly [number, number]];
  // However often it is laid out.
  for (let i = 0; i < 3; i++) {
    expect(places(moved)).toEqual([
      [x, y],
      [x + 2, y - 3],
    ]);
    moved.update();
  }
  moved.resize(400, 300);
  expect(places(moved)[1]).toEqual([x + 2, y - 3]);
  expect(moved.getDatasetMeta(0)._parsed).toEqual([
    { x: 3, y: 0 },
    { x: 3, y: 0 },
  ]);
  for (const axis of ['x', 'y'] as const) {
    const [a, b] = [plain.scales[axis]!, moved.scales[axis]!];
    expect([b.min, b.max]).toEqual([a.min, a.max]);
  }
});

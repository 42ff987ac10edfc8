import { describe, expect, it } from 'vitest';
import type { RunDetail } from '../../../shared/contract/index.ts';
import { along, handOvers, smoothed, stretchesOf } from './history.ts';

const run = (firstEpoch: number, epochs: number[], pruning: object | null = null) =>
  ({ spec: { firstEpoch, pruning }, epochs: epochs.map((epoch) => ({ epoch })) }) as unknown as RunDetail;

describe('a network’s whole life', () => {
  it('takes of each run what the next one goes on from', () => {
    const line = [run(0, [1, 2, 3, 4]), run(3, [4, 5], {})];
    expect(stretchesOf(line).map(({ epochs }) => epochs.map(({ epoch }) => epoch))).toEqual([
      [1, 2, 3],
      [4, 5],
    ]);
  });

  it('says where it was cut, and where it only went on', () =>
    expect(handOvers([run(0, [1]), run(3, [4], {}), run(5, [6])])).toEqual([
      { epoch: 3, label: 'cut' },
      { epoch: 5, label: 'goes on' },
    ]));
});

describe('an axis of time', () => {
  const place = along(
    [
      { epoch: 3, by: 10 },
      { epoch: 4, by: 30 },
    ],
    1,
  );

  it.each([
    [2, 0],
    [2.5, 5],
    [3, 10],
    [3.5, 25],
    [4, 40],
    [5, 70],
  ])('has epoch %d at %d seconds, and finds it there again', (epoch, x) => {
    expect(place.of(epoch)).toBe(x);
    expect(place.back(x)).toBe(epoch);
  });

  it('goes by the speed of the moment before the first epoch has ended', () => {
    const first = along([], 8);
    expect(first.of(0.5)).toBe(4);
    expect(first.back(4)).toBe(0.5);
  });
});

it('smooths without a bias at the start, and not at all by 0', () => {
  const points = [4, 8, 0].map((y, x) => ({ x, y }));
  expect(smoothed(points, 0)).toEqual(points);
  const half = smoothed(points, 0.5).map(({ y }) => y);
  // (4·½ + 8) / 1½ and (4·¼ + 8·½ + 0) / 1¾
  expect(half[0]).toBe(4);
  expect(half[1]).toBeCloseTo(20 / 3, 12);
  expect(half[2]).toBeCloseTo(20 / 7, 12);
});

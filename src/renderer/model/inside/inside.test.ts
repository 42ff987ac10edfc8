import { describe, expect, it } from 'vitest';
import type { LayerLook, Look, RoutingLook } from '../../../shared/inside/look.ts';
import { edgesOf, givesTo, takesFrom } from './edges.ts';
import { shownClasses } from '../../../shared/inside/shown-classes.ts';
import { classWidthOf, columnsOf, fitted, nameWidthOf } from './graph-layout.ts';
import { LIVE, Latest, Pace, SLOW } from './latest.ts';
import { fittingKind, lengthScale } from './length-scale.ts';
import { lengthsOf, longestPosition, moved, placeOf } from './place.ts';

/** A layer of maps 2 × 2 with vectors of one component. */
function layer(lengths: number[], types: number): LayerLook {
  const side = Math.sqrt(lengths.length / types);
  const data = Float32Array.from(lengths);
  return { layer: 'capsules.0', height: side, width: side, types, dim: 1, vectors: data, lengths: data };
}

const lower = layer([0.1, 0.2, 0.3, 0.9, 0.5, 0.6, 0.7, 0.8], 2);
const upper = layer([0.2, 0.7, 0.1], 3);
const routing: RoutingLook = {
  layer: 'capsules.0',
  iterations: 2,
  from: 2,
  to: 3,
  coupling: Float32Array.from([1 / 3, 1 / 3, 1 / 3, 1 / 3, 1 / 3, 1 / 3, 0.5, 0.25, 0.25, 0, 1, 0]),
  flow: Float32Array.from([0.1, 0.1, 0.1, 0.2, 0.2, 0.2, 0.2, 0.1, 0.1, 0, 0.4, 0]),
  entropy: Float32Array.from([1, 0.25]),
  agreement: new Float32Array(6),
};
const step = { type: 1, y: 0, x: 1, length: 0.9, coupling: 0.8, next: null };
const look: Look = {
  pixels: new Uint8Array(),
  layers: [lower, upper],
  routing: [routing],
  longest: [1],
  paths: [[], [{ layer: 1, type: 1, y: 0, x: 0, length: 0.7, coupling: 1, next: null }, { layer: 0, ...step }]], // prettier-ignore
  reconstruction: null,
  took: 1,
};

describe('places in a network', () => {
  it('finds where a type is longest', () => {
    expect(longestPosition(lower, 0)).toEqual({ y: 1, x: 1 });
    expect(longestPosition(lower, 1)).toEqual({ y: 0, x: 1 });
    expect(lengthsOf(lower, 1).longest).toBeCloseTo(0.9);
    expect(lengthsOf(lower, 1).mean).toBeCloseTo(0.625);
  });
  it('follows the class that is read, the path, and a choice that was made on a larger network', () => {
    expect(placeOf(look, null, 1)).toEqual({ layer: 1, type: 1, y: 0, x: 0 });
    expect(placeOf(look, { layer: 0, type: 1, at: null }, 1)).toEqual({ layer: 0, type: 1, y: 0, x: 1 });
    expect(placeOf(look, { layer: 0, type: 7, at: { y: 5, x: 5 } }, 0)).toEqual({ layer: 0, type: 1, y: 0, x: 1 });
  });
  it('moves by arrow keys, and stays where there is nothing further', () => {
    const place = placeOf(look, { layer: 0, type: 1, at: null }, 1);
    expect(moved(look, place, 'ArrowRight', false)).toEqual({ layer: 1, type: 2, at: null });
    expect(moved(look, place, 'ArrowDown', false)).toEqual({ layer: 0, type: 1, at: null });
    expect(moved(look, place, 'ArrowDown', true)).toEqual({ layer: 0, type: 1, at: { y: 1, x: 1 } });
    expect(moved(look, place, 'Enter', false)).toBeNull();
  });
});

describe('edges', () => {
  it('are as wide as they are strong against the strongest of any iteration', () => {
    expect(edgesOf(routing, 0, 0.3).map(({ share }) => share)).toEqual([0.5, 0.5, 0.5].map((share) => expect.closeTo(share) as number));
    expect(edgesOf(routing, 1, 0.3)).toEqual([
      { from: 0, to: 0, share: expect.closeTo(0.5) as number },
      { from: 1, to: 1, share: 1 },
    ]);
    expect(edgesOf({ ...routing, flow: new Float32Array(12) }, 1, 0)).toEqual([]);
  });
  it('are shares of what gives and of what takes', () => {
    expect(givesTo(routing, 1, 1)[0]).toEqual({ type: 1, share: 1, first: expect.closeTo(1 / 3) as number });
    expect(takesFrom(routing, 1, 1)[0]).toEqual({ type: 1, share: expect.closeTo(0.8) as number, first: expect.closeTo(2 / 3) as number });
    expect(takesFrom({ ...routing, flow: new Float32Array(12) }, 1, 1)).toEqual([]);
  });
});

describe('colours of lengths', () => {
  const dying = [layer([0.4, 0.1, 0.2, 0.3], 1), layer([1e-6, 0, 2e-6, 1e-6], 1), layer([0, 0, 0, 0], 1)];
  it('are logarithmic as soon as a layer has vanished', () => {
    expect(fittingKind([lower, upper])).toBe('root');
    expect(fittingKind(dying)).toBe('log');
    const { low, share } = lengthScale('log', dying);
    expect(low).toBeCloseTo(1e-7, 9);
    expect(share(0.4, 0)).toBeCloseTo(1, 6);
    expect(share(2e-6, 1)).toBeGreaterThan(share(1e-6, 1));
    expect(share(0, 2)).toBe(0);
  });
  it('are the same for networks that stand beside each other', () => {
    expect(lengthScale('root', [lower], [layer([1.5], 1)]).top).toBeCloseTo(1.5);
    expect(lengthScale('log', [lower], dying).low).toBeCloseTo(1e-7, 9);
  });
  it('rank the capsules of a layer, equal ones alike', () => {
    const { share } = lengthScale('rank', dying);
    expect([0, Math.fround(1e-6), Math.fround(2e-6)].map((length) => share(length, 1))).toEqual([0, 0.5, 1]);
    expect(share(0, 2)).toBe(0.5);
  });
});

describe('the layout', () => {
  it('keeps every map of every layer within its space, without overlap', () => {
    for (const types of [[8, 8, 8], [32, 64, 4], new Array<number>(16).fill(16)]) {
      const space = { left: 10, top: 40, width: 640, height: 400 };
      const columns = columnsOf(types, space);
      for (const [l, { cells }] of columns.entries())
        for (const [t, { x, y, side }] of cells.entries()) {
          expect(x).toBeGreaterThanOrEqual(space.left + (l * space.width) / types.length);
          expect(x + side).toBeLessThan(space.left + ((l + 1) * space.width) / types.length);
          expect(y).toBeGreaterThanOrEqual(space.top);
          expect(y + side).toBeLessThanOrEqual(space.top + space.height);
          const clash = cells.some((other, o) => o !== t && Math.abs(other.x - x) < side && Math.abs(other.y - y) < side);
          expect(clash, `${types.length} layers, type ${t}`).toBe(false);
        }
    }
  });
  it('shows of many classes the longest and those that are asked for', () => {
    expect(shownClasses([0.1, 0.2], 5, [])).toEqual([0, 1]);
    expect(shownClasses([0.5, 0.1, 0.9, 0.2, 0.3], 3, [1])).toEqual([0, 1, 2]);
  });
});

describe('questions while drawing', () => {
  it('are asked one at a time, the newest of those that wait', async () => {
    const asked: number[] = [];
    const answers: number[] = [];
    const waiting: (() => void)[] = [];
    const latest = new Latest<number, number>(
      (question) => new Promise((resolve) => (asked.push(question), waiting.push(() => resolve(10 * question)))),
      (answer) => answers.push(answer),
      () => undefined,
    );
    for (const question of [1, 2, 3]) latest.ask(question);
    expect(asked).toEqual([1]);
    waiting[0]!();
    await Promise.resolve().then(() => undefined);
    await new Promise((resolve) => setImmediate(resolve));
    expect(asked).toEqual([1, 3]);
    latest.end();
    waiting[1]!();
    await new Promise((resolve) => setImmediate(resolve));
    expect(answers).toEqual([10]);
  });
  it('wait for the pen to be lifted once three in a row were slow, until one is quick again', () => {
    const pace = new Pace();
    const slow = Array.from({ length: SLOW - 1 }, () => LIVE + 1);
    for (const milliseconds of [...slow, 5, ...slow]) pace.record(milliseconds);
    expect(pace.live).toBe(true);
    pace.record(LIVE + 1);
    expect(pace.live).toBe(false);
    pace.record(5);
    expect(pace.live).toBe(true);
  });
});

describe('names of classes beside a graph', () => {
  it('stand in full where there is room, and else end in an ellipsis', () => {
    const names = ['circle', 'a very long name of a class'];
    expect(fitted('circle', nameWidthOf(600, names.slice(0, 1)))).toBe('circle');
    expect(fitted(names[1]!, nameWidthOf(600, names))).toBe('a very long…');
    expect(classWidthOf(600, names) - classWidthOf(600, ['7'])).toBeCloseTo(600 * 0.16 - 34);
  });
});

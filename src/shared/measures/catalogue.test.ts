import { describe, expect, it } from 'vitest';
import { plain } from '../present/format.ts';
import { layerMeasures, measureOf, measures, measuresIn, notesOn } from './catalogue.ts';
import { bestEpoch, type EpochAccuracy, type Measured } from './measured.ts';

const layer = (l: number, inactive: number, of: number) => ({ layer: `capsules.${l}`, inactive, of });

/** With this many inactive capsules in two layers of the same size. */
function run(inactive: number, of: number, change: Partial<Measured> = {}): Measured {
  return {
    params: 2_641_680,
    flops: 158_400_000,
    weightBytes: 10_566_720,
    epochs: 5,
    accuracy: 0.9712,
    top5: 0.99,
    best: { epoch: 4, accuracy: 0.98, chosenOn: 'validation' },
    loss: 0.0712,
    inactive: { total: inactive, of, perLayer: [layer(0, 0, of / 2), layer(1, inactive, of / 2)] },
    dead: { total: 1, of },
    imagesPerSecond: 100,
    peakMemoryBytes: 2 ** 29,
    ...change,
  };
}
const texts = (one: Measured) => Object.fromEntries(measures.map(({ id, print }) => [id, plain(print(one))]));

describe('measures', () => {
  it('are printed', () => {
    expect(texts(run(21, 48))).toMatchObject({
      accuracy: '97.12 %',
      top5: '99.00 %',
      best: '98.00 % (epoch 4)',
      loss: '0.07120',
      inactive: '21 of 48 (43.8 %)',
      dead: '1 of 48 (2.1 %)',
      params: '2,641,680',
      flops: '158 M',
      weights: '10.1 MiB',
      speed: '100',
      memory: '512 MiB',
      epochs: '5',
    });
  });

  it('have a dash and no number where they are not known', () => {
    const unknown: Measured = {
      params: NaN,
      flops: NaN,
      weightBytes: 0,
      accuracy: null,
      loss: null,
      inactive: null,
      imagesPerSecond: null,
      peakMemoryBytes: null,
    };
    for (const { of, print, difference, verdict } of measures) {
      expect([of(unknown), print(unknown)]).toEqual([null, '–']);
      expect([difference(unknown, run(1, 2)), difference(run(1, 2), unknown), verdict(unknown, run(1, 2))]).toEqual([null, null, null]);
    }
  });

  it('have ids and labels of their own', () => {
    for (const pick of ['id', 'label', 'head'] as const) expect(new Set(measures.map((one) => one[pick])).size).toBe(measures.length);
    expect(() => measureOf('nonsense')).toThrow('there is no measure "nonsense"');
  });

  it('fill every place with what the narrower ones show, and more', () => {
    const [list, table, page] = (['list', 'table', 'page'] as const).map((room) => measuresIn(room).map(({ id }) => id));
    expect(table).toEqual(expect.arrayContaining(list!));
    expect(page).toEqual(measures.map(({ id }) => id));
    expect([list!.length, table!.length, page!.length].every((n, i, all) => i === 0 || n > all[i - 1]!)).toBe(true);
  });
});

describe('a comparison', () => {
  const compared = (id: string, one: Measured, baseline: Measured) => {
    const { difference, verdict } = measureOf(id);
    return [plain(difference(one, baseline) ?? ''), verdict(one, baseline)];
  };

  it('says which way is better', () => {
    expect(compared('accuracy', run(0, 48, { accuracy: 0.98 }), run(0, 48))).toEqual(['+0.88 pp', 'better']);
    expect(compared('params', run(0, 48), run(0, 48, { params: 1_320_840 }))).toEqual(['+100.0 %', 'worse']);
    expect(compared('epochs', run(0, 48, { epochs: 6 }), run(0, 48))).toEqual(['+1', null]);
  });

  it('calls nothing better that is printed as the same', () => {
    expect(compared('accuracy', run(0, 48, { accuracy: 0.971201 }), run(0, 48))).toEqual(['0.00 pp', null]);
  });

  it('judges inactive and dead capsules by their share, because fewer capsules leave fewer to be inactive', () => {
    expect(compared('inactive', run(32, 32), run(64, 64))).toEqual(['0.0 pp', null]);
    expect(compared('inactive', run(3, 24), run(21, 48))).toEqual(['-31.3 pp', 'better']);
    // Fewer of them, and yet a larger part.
    expect(compared('inactive', run(20, 24), run(21, 48))).toEqual(['+39.6 pp', 'worse']);
    expect(compared('inactive', run(12, 48), run(21, 48))).toEqual(['-9, -18.8 pp', 'better']);
    const dead = (total: number, of: number) => run(0, of, { dead: { total, of } });
    expect(compared('dead', dead(16, 16), dead(32, 32))).toEqual(['0.0 pp', null]);
    const [, second] = layerMeasures([run(8, 16), run(16, 32)]);
    expect([second!.id, second!.label, second!.verdict(run(8, 16), run(16, 32))]).toEqual([
      'inactive.capsules.1',
      'Inactive in Capsules 2',
      null,
    ]);
  });

  it('does not sell the speed of a dead network', () => {
    const fast = run(48, 48, { imagesPerSecond: 900 });
    expect(compared('speed', fast, run(21, 48))).toEqual(['+800.0 %', null]);
    expect(compared('speed', run(21, 48), fast)).toEqual(['-88.9 %', null]);
    expect(compared('speed', run(20, 48, { imagesPerSecond: 900 }), run(21, 48))).toEqual(['+800.0 %', 'better']);
    expect(notesOn(measures, [run(21, 48), fast])).toEqual([expect.stringContaining('without one active intermediate capsule')]);
    expect(notesOn(measures, [run(21, 48), run(0, 24)])).toEqual([]);
  });
});

describe('the best epoch', () => {
  const epochs = (...accuracies: [test: number, validation: number | null][]): EpochAccuracy[] =>
    accuracies.map(([test, validation], i) => ({ epoch: i + 1, test, validation }));

  it('is chosen on the test images where no others are held out, and says so', () => {
    const best = bestEpoch(epochs([0.5, null], [0.9, null], [0.9, null], [0.8, null]));
    expect(best).toEqual({ epoch: 2, accuracy: 0.9, chosenOn: 'test' });
    expect(notesOn(measures, [run(0, 2, { best })])).toEqual([expect.stringContaining('chosen on the test images, which flatters it')]);
  });
  it('is chosen on the images held out for it, whatever the test images say', () => {
    expect(bestEpoch(epochs([0.9, 0.5], [0.7, 0.8], [0.8, 0.6]))).toEqual({ epoch: 2, accuracy: 0.7, chosenOn: 'validation' });
  });
  it('is none where there is no epoch', () => expect(bestEpoch([])).toBeNull());
});

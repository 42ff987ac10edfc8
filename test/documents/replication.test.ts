/** docs/replication.md says what its statistics say, and no number in it is typed by hand. */
import { readdirSync, readFileSync } from 'node:fs';
import ts from 'typescript';
import { describe, expect, it, vi } from 'vitest';
import { document, filledDocument, main } from '../../scripts/replication.ts';
import { bestBorder, borderOf } from '../../scripts/replication/border.ts';
import { covered } from '../../scripts/replication/collect.ts';
import { withoutSections } from '../../scripts/replication/page.ts';
import { questions } from '../../scripts/replication/questions/index.ts';
import { folder, readResult, textOf } from '../../scripts/replication/result.ts';
import { cellOf, changes, directionOf, sampledOf } from '../../scripts/replication/words.ts';
import { correct, differenceOf, sampleOf } from '../../src/shared/statistics/statistics.ts';

const text = readFileSync(document, 'utf8');
const done = questions.flatMap((question) => {
  const result = readResult(question.name);
  return result ? [{ question, result }] : [];
});

it('is what the statistics make of it', async () => {
  expect(await filledDocument(text)).toBe(text);
});

/** "two" and its like are numbers too; "one" is also a pronoun. */
const number = /\d|\b(?:two|three|four|five|six|seven|eight|nine|ten|dozen|hundred|thousand)\b/i;

it('has no number outside its marks', () => {
  const prose = withoutSections(text).replaceAll(/`[^`]*`|\]\([^)]*\)/g, '');
  expect(prose.split('\n').filter((line) => number.test(line))).toEqual([]);
});

it('has no number in what its questions say, but for such as the statistics fill in', () => {
  const source = new URL('../../scripts/replication/questions/', import.meta.url);
  const written = (file: string): string[] => {
    const found: string[] = [];
    const visit = (node: ts.Node): void => {
      if (ts.isImportDeclaration(node)) return;
      if (ts.isStringLiteral(node) || ts.isTemplateLiteralToken(node)) found.push(node.text);
      node.forEachChild(visit);
    };
    visit(ts.createSourceFile(file, readFileSync(new URL(file, source), 'utf8'), ts.ScriptTarget.Latest));
    return found;
  };
  const all = readdirSync(source).flatMap(written);
  expect(all.length).toBeGreaterThan(100);
  expect(all.filter((one) => number.test(one.replaceAll(/cifar-10/gi, '')))).toEqual([]);
});

it.each(done)(
  'keeps the statistics of $question.name as they are written, with every run and where it was computed',
  ({ result, question }) => {
    expect(readFileSync(new URL(`${question.name}.json`, folder), 'utf8')).toBe(textOf(result));
    const { made, statistics, runs } = result;
    expect(statistics.arms.every(({ n, missing }) => n === result.seeds.length && missing === 0)).toBe(true);
    expect(runs).toHaveLength(statistics.arms.length * result.seeds.length);
    expect(made.hours).toBeGreaterThan(0);
    expect(text).toContain(made.machine);
    // Gains do not say where.
    const vanishing = runs.filter(({ arm, forecast }) => arm === 'unpruned' && forecast === 'vanishes');
    expect(vanishing.filter(({ vanishesAt }) => vanishesAt === null)).toEqual([]);
  },
);

it('takes less than 10 MB', () => {
  const sizes = readdirSync(folder).map((name) => readFileSync(new URL(name, folder)).length);
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(10e6);
});

describe('a sentence', () => {
  const difference = (...values: number[]) => {
    const one = differenceOf(values)!;
    correct([{ accuracy: one, inactiveShare: null }]);
    return one;
  };
  const said = (...values: number[]) => changes('Accuracy', [{ label: 'here', difference: difference(...values) }], ['higher', 'lower']);

  it('goes the way of its numbers', () => {
    const values = [0.1, 0.11, 0.09, 0.1, 0.12];
    expect(said(...values).found[0]).toMatch(/^Accuracy is higher here \(\+10\.4\spp, 95 % interval/);
    expect(said(...values.map((value) => -value)).found[0]).toMatch(/^Accuracy is lower here/);
    expect(said(...values).open).toEqual([]);
  });

  it('tells nothing where its interval holds 0, and of few seeds that differ by the same', () => {
    expect(said(0.1, -0.1, 0.02)).toMatchObject({ found: [], open: [expect.stringMatching(/cannot be told/)] });
    expect(said(0.1, 0.1)).toMatchObject({ found: [], open: [expect.stringMatching(/looks higher/)] });
    expect(said(1, 1, 1, 1, 1).found[0]).toContain('the same in all seeds');
    expect(directionOf(difference(0, 0, 0, 0, 0))).toBe(0);
  });

  const told = done.filter(({ result }) =>
    result.pairings.some((one) => directionOf(one.accuracy) !== 0 || directionOf(one.inactiveShare) !== 0),
  );
  it.each(told)('of $question.name turns with its differences', ({ question, result }) => {
    const turned = structuredClone(result);
    for (const one of turned.pairings)
      for (const measure of [one.accuracy, one.inactiveShare])
        if (measure) {
          measure.mean *= -1;
          measure.ci95 = measure.ci95 && [-measure.ci95[1], -measure.ci95[0]];
        }
    expect(question.says(turned)).not.toEqual(question.says(result));
  });
});

it('gives the range of seeds of which only some have collapsed', () => {
  const row = (...values: number[]) => ({
    ...{ n: values.length, collapsed: values.filter((value) => value === 0.1).length },
    ...{ accuracy: sampleOf(values), inactiveShare: null },
  });
  expect(cellOf(row(0.1, 0.9, 0.92), 'accuracy')).toMatch(/\], 10\.00 … 92\.00$/);
  expect(sampledOf(row(0.1, 0.9, 0.92), 'accuracy')).toMatch(/, seeds from 10\.00 to 92\.00\s%\)$/);
  for (const values of [[0.1, 0.1, 0.1], [0.9, 0.91, 0.92]]) expect(cellOf(row(...values), 'accuracy')).not.toContain('…'); // prettier-ignore
  expect(cellOf(row(0.1, 0.9), 'inactiveShare')).toBe('–');
});

it.each([
  [[], 'name the database of the studies: --db <file>'],
  [['--nothing'], "unknown option '--nothing'"],
  [['--db', 'nowhere.db'], 'there is no database nowhere.db'],
])('%j is answered in one sentence', async (args, problem) => {
  const said = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  expect(await main(args)).toBe(2);
  expect(said.mock.calls).toEqual([[`replication: ${problem}`]]);
  said.mockRestore();
});

describe('a border', () => {
  const placed = (...pairs: [number, boolean][]) => pairs.map(([at, active]) => ({ at, active }));

  it('lies where it misplaces the fewest networks', () => {
    expect(bestBorder(placed([0.5, false], [0.8, false], [1.25, true], [2, true]))).toEqual({ value: 1, misplaced: 0 });
    expect(bestBorder(placed([1, false], [2, true], [3, false], [4, true], [5, true]))).toMatchObject({ misplaced: 1 });
  });

  it('is none where all networks are on one side', () => {
    expect(borderOf(placed([1, true], [2, true]))).toEqual({ value: null, low: null, high: null, misplaced: 0 });
  });

  it('has an interval that widens where networks disagree', () => {
    const clear = Array.from({ length: 20 }, (_, i): [number, boolean] => [0.5 + i / 20, i >= 10]);
    const mixed = clear.map(([at, active], i): [number, boolean] => [at, i % 3 === 0 ? !active : active]);
    const width = ({ low, high }: ReturnType<typeof borderOf>) => high! - low!;
    const sharp = borderOf(placed(...clear));
    expect(sharp.low! <= sharp.value! && sharp.value! <= sharp.high!).toBe(true);
    expect(width(borderOf(placed(...mixed)))).toBeGreaterThan(width(sharp));
  });
});

it('counts the time of runs that overlap once', () => {
  expect(covered([[0, 10], [5, 12], [20, 21], [6, 7]])).toBe(13); // prettier-ignore
});

import { describe, expect, it } from 'vitest';
import { randomStream, type RandomStream } from '../../../shared/random.ts';
import { complete } from './complete.ts';
import { fits, operators, parseFilter, type Term } from './parse.ts';
import { printFilter } from './print.ts';
import type { FilterField } from './vocabulary.ts';

const fields: FilterField[] = [
  { id: 'acc', also: ['accuracy'], label: 'test accuracy', kind: 'number', share: true, example: 'acc > 0.8' },
  { id: 'L', label: 'intermediate layers', kind: 'number', example: 'L = 7' },
  { id: 'gain', label: 'gain', kind: 'number', example: 'gain < 1.5' },
  { id: 'arm', label: 'arm', kind: 'choice', choices: ['unpruned', 'pruned', 'ccm'], example: 'arm:pruned' },
  { id: 'study', label: 'name of the study', kind: 'text', example: 'study:depth' },
  { id: 'created', label: 'day it was made', kind: 'date', example: 'created > 2026-01-31' },
];
const parse = (text: string) => parseFilter(text, fields);
const termsOf = (text: string) => {
  const { terms, problems } = parse(text);
  expect(problems).toEqual([]);
  return terms;
};
describe('terms', () => {
  it('are read as one would say them', () =>
    expect(termsOf('acc > 0.8 L = 7 twin.gain < 1.5 arm:pruned "seed 1"')).toMatchObject([
      { kind: 'compare', field: 'acc', operator: '>', twin: false, values: [{ text: '0.8' }] },
      { kind: 'compare', field: 'L', operator: '=', values: [{ text: '7' }] },
      { kind: 'compare', field: 'gain', twin: true, operator: '<', values: [{ text: '1.5' }] },
      { kind: 'match', field: 'arm', values: ['pruned'], not: false },
      { kind: 'word', text: 'seed 1' },
    ]));
  it.each([
    ['acc>0.8', 'acc > 0.8'],
    ['ACCURACY ≥ 80%', 'acc >= 80%'],
    ['l == 3,5..7', 'L = 3,5..7'],
    ['L:7', 'L = 7'],
    ['arm = Pruned', 'arm:pruned'],
    ['arm != pruned', '-arm:pruned'],
    ['-arm != pruned', 'arm:pruned'],
    ['study:"depth against D/N",b', 'study:"depth against D/N",b'],
    ['study = "a b"', 'study="a b"'],
    ['-"a-b" -x "-x"', '-a-b -x "-x"'],
    ['created = 2026-01', 'created = 2026-01'],
  ])('%s is %s', (typed, printed) => expect(printFilter(termsOf(typed))).toBe(printed));
  it('take a number for all that round to it, and a share in per cent', () => {
    const stretch = (text: string) => (termsOf(text)[0] as Extract<Term, { kind: 'compare' }>).values[0]!;
    expect(stretch('gain = 0.56').low).toBeCloseTo(0.555, 12);
    expect(stretch('gain = 0.56').high).toBeCloseTo(0.565, 12);
    expect(stretch('acc > 80%').low).toBeCloseTo(0.795, 12);
    expect(stretch('acc > 80')).toEqual({ ...stretch('acc > 80%'), text: '80' });
    expect(stretch('acc = 80..90')).toMatchObject({ least: 0.8, most: 0.9 });
    expect(stretch('acc = 1').least).toBe(1);
    expect(stretch('gain > 80').least).toBe(80);
    expect([stretch('L = 3..5').low, stretch('L = 3..5').high]).toEqual([2.5, 5.5]);
    expect(stretch('created = 2026-02')).toMatchObject({ low: Date.UTC(2026, 1, 1), high: Date.UTC(2026, 2, 1) - 1 });
  });
  it('leave nothing out in silence', () => expect(termsOf('  ')).toEqual([]));
});

describe('what is wrong', () => {
  it.each([
    ['acc > high', 'high', '“high” is not a number; expected acc > 0.8'],
    ['L = 7 acc >', 'acc >', '“acc >” lacks a value; expected one, as in acc > 0.8'],
    ['acc > 1..2', '1..2', '“1..2” is not a number; a range needs =; expected acc > 0.8'],
    ['L = 7..3', '7..3', '“7..3” is not a number; expected L = 7'],
    ['L > 3,4', '4', '“L >” takes one value, not 2; several need ='],
    ['depth = 3', 'depth = 3', '“depth” is not a field; expected one of acc, L, gain, arm, study, created'],
    ['gian < 1', 'gian < 1', '“gian” is not a field; did you mean gain?'],
    ['twin.gian < 1', 'twin.gian < 1', '“twin.gian” is not a field; did you mean gain?'],
    ['arm:prunned', 'prunned', '“prunned” is not a value of “arm”; did you mean pruned?'],
    ['arm:zzz', 'zzz', '“zzz” is not a value of “arm”; expected one of unpruned, pruned, ccm'],
    ['arm > 3', '3', '“arm” is not a number, so that “>” says nothing of it; expected arm:pruned'],
    ['"seed 1', '"seed 1', '"seed 1 has no closing quotation mark; expected "…"'],
    ['created > 2026-02-31', '2026-02-31', '“2026-02-31” is not a date; expected created > 2026-01-31'],
    ['study:', 'study:', '“study :” lacks a value; expected one, as in study:depth'],
    ['acc > 1 > 3', '>', '“>” has no field before it; expected one, as in acc > 0.8'],
    ['a,', 'a,', '“a,” is not understood; expected a word, or a field with a value; put it into quotation marks to look for it'],
  ])('%s', (text, at, message) => {
    const { problems } = parse(text);
    expect(problems.map(({ message: said }) => said)).toContain(message);
    const { from, to } = problems.find((one) => one.message === message)!;
    expect(text.slice(from, to)).toBe(at);
  });
});

describe('numbers', () => {
  const holds = (number: number | null, text: string) => fits(number, termsOf(text)[0] as Extract<Term, { kind: 'compare' }>);
  it.each([
    [0.8, 'acc > 0.8', false],
    [0.801, 'acc > 0.8', true],
    [0.8, 'acc >= 80%', true],
    [0.5625, 'gain = 0.56', true],
    [0.5625, 'gain = 0.57', false],
    [4, 'L = 3,5..7', false],
    [6, 'L = 3,5..7', true],
    [6, 'L != 3,5..7', false],
    [null, 'L != 3', false],
    [Date.UTC(2026, 0, 31, 12), 'created > 2026-01-31', false],
    [Date.UTC(2026, 0, 31, 12), 'created >= 2026-01-31', true],
    [Date.UTC(2026, 0, 31, 12), 'created = 2026', true],
  ])('%d and %s: %s', (number, text, expected) => expect(holds(number, text)).toBe(expected));
});

const pick = <T>(random: RandomStream, from: readonly T[]): T => from[random.int(0, from.length - 1)]!;
const many = (random: RandomStream, most: number, make: () => string) => Array.from({ length: random.int(1, most) }, make);
const texts = ['a', 'seed 1', 'N16 D4', 'ä,b', '-x', 'depth/D', '7', 'twin.gain', 'acc > 1', '≥', 'x:y'];

function randomTerm(random: RandomStream): object {
  const common = { not: random.int(0, 3) === 0, twin: random.int(0, 3) === 0 };
  const number = () => pick(random, ['0.56', '7', '12.50', '80%', '-3', '.5', '1e-3', '+2']);
  switch (random.int(0, 3)) {
    case 0:
      return { kind: 'word', not: common.not, text: pick(random, texts) };
    case 1: {
      const operator = pick(random, operators);
      const several = operator === '=' || operator === '!=';
      const values = several
        ? many(random, 3, () => (random.int(0, 2) === 0 ? `${random.int(-9, 0)}..${random.int(1, 9)}` : number()))
        : [number()];
      return { kind: 'compare', ...common, field: pick(random, ['acc', 'L', 'gain']), operator, values };
    }
    case 2:
      return {
        kind: 'match',
        ...common,
        field: 'arm',
        exact: false,
        values: many(random, 3, () => pick(random, ['unpruned', 'pruned', 'ccm'])),
      };
    default:
      return {
        kind: 'match',
        ...common,
        field: 'study',
        exact: random.int(0, 1) === 0,
        values: many(random, 3, () => pick(random, texts)),
      };
  }
}

/** Without the stretches, which follow from the text. */
const typed = (terms: readonly Term[]): object[] =>
  terms.map((term) => (term.kind === 'compare' ? { ...term, values: term.values.map(({ text }) => text) } : term));
const stretched = (terms: readonly object[]): Term[] =>
  terms.map((term) => {
    const { kind, values } = term as { kind: string; values: string[] };
    return (kind === 'compare' ? { ...term, values: values.map((text) => ({ text, low: 0, high: 0, least: 0, most: 0 })) } : term) as Term;
  });

describe('any filter', () => {
  it('reads back as it was printed', () => {
    const random = randomStream(17, 'filters');
    for (let i = 0; i < 2000; i++) {
      const terms = Array.from({ length: random.int(0, 6) }, () => randomTerm(random));
      const text = printFilter(stretched(terms));
      expect(typed(termsOf(text)), text).toEqual(terms);
    }
  });
  it('is read or complained about, whatever is typed, and what was read prints and reads back', () => {
    const random = randomStream(18, 'noise');
    const pieces = [
      'acc',
      'L',
      'arm',
      'study',
      'twin.',
      ' ',
      ' ',
      ':',
      '=',
      '>',
      '<=',
      '!',
      '"',
      ',',
      '-',
      '..',
      '7',
      '0.5',
      '%',
      'pruned',
      'x',
      '≥',
      'é',
    ];
    for (let i = 0; i < 5000; i++) {
      const text = Array.from({ length: random.int(0, 12) }, () => pick(random, pieces)).join('');
      const { terms, problems } = parse(text);
      for (const { from, to } of problems)
        expect([from >= 0, to > from, from < text.length || to === from + 1], text).toEqual([true, true, true]);
      expect(typed(termsOf(printFilter(terms))), text).toEqual(typed(terms));
      for (let caret = 0; caret <= text.length; caret++) {
        const { from, to } = complete(text, caret, fields, () => ['a b']);
        expect([from <= to, from >= 0, to <= text.length], text).toEqual([true, true, true]);
      }
    }
  });
});

describe('completion', () => {
  const offered = (text: string) => {
    const { from, to, options } = complete(text, text.length, fields, (field) => (field === 'study' ? ['depth against D/N', 'quick'] : []));
    return options.map(({ insert }) => text.slice(0, from) + insert + text.slice(to));
  };
  it.each([
    ['ac', ['acc ']],
    ['L = 7 g', ['L = 7 gain ']],
    ['twin.ga', ['twin.gain ']],
    ['tw', ['twin.']],
    ['arm:p', ['arm:unpruned ', 'arm:pruned ']],
    ['-arm:unpruned,c', ['-arm:unpruned,ccm ']],
    ['study:d', ['study:"depth against D/N" ']],
    ['study:"dep', ['study:"depth against D/N" ']],
    ['acc > 0.8', []],
    ['"ac', []],
    ['', []],
  ])('of %s', (text, expected) => expect(offered(text)).toEqual(expected));
  it('offers comparisons behind a number', () => expect(offered('acc ')).toContain('acc > '));
});

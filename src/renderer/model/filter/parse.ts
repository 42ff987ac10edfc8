/**
 * The language in which lists are filtered. Terms stand one behind the other, and all have to hold:
 *
 *     pruned "seed 1"               words, looked for anywhere
 *     acc > 0.8   L = 3,5..7        numbers: < <= = != >= >, lists and ranges; 80% is 0.8, and of a share 80 too
 *     arm:pruned,random  study:depth   one of several; text that contains this (with = in place of : is this)
 *     twin.gain < 1.5               the same of the twin
 *     -arm:pruned                   what a minus stands before must not hold
 */
import { findField, nearest, TWIN, type FilterField } from './vocabulary.ts';

export const operators = ['<=', '>=', '!=', '<', '>', '='] as const;
export type Operator = (typeof operators)[number];

/** A number as it was typed, and what it stands for: to be equal to 0.56 is to round to it. */
export interface Stretch {
  text: string;
  low: number;
  high: number;
  /** What is smaller or greater is so than these: the number itself; of a day, its begin and its end. */
  least: number;
  most: number;
}

export type Term =
  | { kind: 'word'; not: boolean; text: string }
  | { kind: 'compare'; not: boolean; twin: boolean; field: string; operator: Operator; values: Stretch[] }
  /** One of the values: of a choice exactly, of a text anywhere in it unless it is `exact`. */
  | { kind: 'match'; not: boolean; twin: boolean; field: string; exact: boolean; values: string[] };

/** What is wrong, and from where to where in the text. */
export interface Problem {
  from: number;
  to: number;
  message: string;
}

export interface Parsed {
  terms: Term[];
  problems: Problem[];
}

const spelled: Record<string, Operator> = { '≤': '<=', '≥': '>=', '≠': '!=', '==': '=' };
const operatorAt = /\s*(<=|>=|!=|==|[<>=≤≥≠])/y;
const bare = /[^\s:<>=!≤≥≠",]+/y;
const listed = /[^\s",]+/y;

export function parseFilter(text: string, fields: readonly FilterField[]): Parsed {
  const terms: Term[] = [];
  const problems: Problem[] = [];
  let at = 0;

  const match = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (found) at = pattern.lastIndex;
    return found;
  };
  const complain = (from: number, message: string) => void problems.push({ from, to: Math.max(at, from + 1), message });

  /** What stands in quotation marks, the first of which is at `at`. */
  const quoted = (): string => {
    const from = at;
    const end = text.indexOf('"', at + 1);
    at = end < 0 ? text.length : end + 1;
    if (end < 0) complain(from, `${text.slice(from)} has no closing quotation mark; expected "…"`);
    return text.slice(from + 1, end < 0 ? text.length : end);
  };

  /** Values behind an operator or a colon, commas between them. */
  const values = (): { value: string; from: number }[] => {
    const found: { value: string; from: number }[] = [];
    for (;;) {
      const from = at;
      const value = text[at] === '"' ? quoted() : (match(listed)?.[0] ?? '');
      found.push({ value, from });
      if (text[at] !== ',') return found;
      at++;
    }
  };

  while (at < text.length) {
    if (/\s/.test(text[at]!)) {
      at++;
      continue;
    }
    const start = at;
    const not = text[at] === '-' && at + 1 < text.length && !/\s/.test(text[at + 1]!);
    if (not) at++;
    if (text[at] === '"') {
      const word = quoted();
      if (word !== '') terms.push({ kind: 'word', not, text: word });
      continue;
    }
    const name = match(bare)?.[0];
    if (name === undefined) {
      const sign = match(operatorAt)?.[0] ?? text[at++]!;
      complain(start, `“${sign.trim()}” has no field before it; expected one, as in acc > 0.8`);
      continue;
    }
    const colon = text[at] === ':';
    if (colon) at++;
    const sign = colon ? undefined : match(operatorAt)?.[1];
    if (!colon && sign === undefined) {
      if (text[at] === ',' || text[at] === '!') {
        const rest = text[at++]!;
        complain(
          start,
          `“${name}${rest}” is not understood; expected a word, or a field with a value; put it into quotation marks to look for it`,
        );
      } else terms.push({ kind: 'word', not, text: name });
      continue;
    }
    if (!colon) match(/\s*/y);
    const operator = sign === undefined ? ':' : (spelled[sign] ?? (sign as Operator));
    const given = values();
    const place = findField(name, fields);
    if (!place) {
      const known = fields.map(({ id }) => id);
      const meant = nearest(name.toLowerCase().startsWith(TWIN) ? name.slice(TWIN.length) : name, known);
      complain(start, `“${name}” is not a field; ${meant === null ? `expected one of ${known.join(', ')}` : `did you mean ${meant}?`}`);
      continue;
    }
    const term = termOf({ ...place, not, operator, given, start }, complain);
    if (term) terms.push(term);
  }
  return { terms, problems };
}

interface Given {
  field: FilterField;
  twin: boolean;
  not: boolean;
  operator: Operator | ':';
  given: readonly { value: string; from: number }[];
  /** Where the term begins. */
  start: number;
}

/** Null, and a complaint, where the values do not suit the field. */
function termOf({ field, twin, not, operator, given, start }: Given, complain: (from: number, message: string) => void): Term | null {
  const said = `${twin ? TWIN : ''}${field.id}`;
  if (given.some(({ value }) => value === '')) {
    complain(start, `“${said} ${operator}” lacks a value; expected one, as in ${field.example}`);
    return null;
  }
  if (field.kind === 'number' || field.kind === 'date') {
    const sign = operator === ':' ? '=' : operator;
    const many = sign === '=' || sign === '!=';
    const isNumber = field.kind === 'number';
    const values: Stretch[] = [];
    for (const { value, from } of given) {
      const stretch = isNumber ? stretchOf(value, { ranges: many, share: field.share ?? false }) : dateOf(value);
      if (!stretch) {
        const what = isNumber ? 'a number' : 'a date';
        const range = value.includes('..') && !many ? '; a range needs =' : '';
        complain(from, `“${value}” is not ${what}${range}; expected ${field.example}`);
        return null;
      }
      values.push(stretch);
    }
    if (values.length > 1 && !many) {
      complain(given[1]!.from, `“${said} ${sign}” takes one value, not ${values.length}; several need =`);
      return null;
    }
    return { kind: 'compare', not, twin, field: field.id, operator: sign, values };
  }
  if (operator !== ':' && operator !== '=' && operator !== '!=') {
    complain(given[0]!.from, `“${said}” is not a number, so that “${operator}” says nothing of it; expected ${field.example}`);
    return null;
  }
  const values: string[] = [];
  for (const { value, from } of given) {
    const choice = field.choices?.find((one) => one.toLowerCase() === value.toLowerCase());
    if (field.kind === 'choice' && choice === undefined) {
      const known = field.choices ?? [];
      const meant = nearest(value, known);
      complain(
        from,
        `“${value}” is not a value of “${said}”; ${meant === null ? `expected one of ${known.join(', ')}` : `did you mean ${meant}?`}`,
      );
      return null;
    }
    values.push(field.kind === 'choice' ? choice! : value);
  }
  return {
    ...{ kind: 'match', twin, field: field.id, values },
    not: not !== (operator === '!='),
    exact: field.kind === 'text' && operator !== ':',
  };
}

const NUMBER = /^([+-]?(?:\d+\.?(\d*)|\.(\d+)))(?:e([+-]?\d+))?(%?)$/i;

/** "0.56", "56%" or "1..3". A single number stands for all that round to it. No share is above 1: such a number is in per cent. */
function stretchOf(text: string, { ranges, share }: { ranges: boolean; share: boolean }): Stretch | null {
  const [first = '', second, ...rest] = text.split('..');
  const inPercent = share && [first, second].some((one) => one !== undefined && (around(one)?.least ?? 0) > 1);
  const read = (one: string) => around(inPercent && !one.endsWith('%') ? `${one}%` : one);
  if (second === undefined) {
    const found = read(text);
    return found && { ...found, text };
  }
  if (!ranges || rest.length > 0) return null;
  const [from, to] = [read(first), read(second)];
  if (!from || !to || from.least > to.least) return null;
  return { text, low: from.low, high: to.high, least: from.least, most: to.most };
}

function around(text: string): Stretch | null {
  const found = NUMBER.exec(text);
  if (!found) return null;
  const [, digits = '', decimals, leading, exponent = '0', percent] = found;
  const scale = 10 ** Number(exponent) / (percent === '%' ? 100 : 1);
  const value = Number(digits) * scale;
  const half = (0.5 * scale) / 10 ** (decimals ?? leading ?? '').length;
  return Number.isFinite(value) ? { text, low: value - half, high: value + half, least: value, most: value } : null;
}

const DATE = /^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?$/;

/** A year, a month or a day, in milliseconds: all of it. */
function dateOf(text: string): Stretch | null {
  const found = DATE.exec(text);
  if (!found) return null;
  const [year = '', month, day] = found.slice(1) as (string | undefined)[];
  const [y, m] = [Number(year), Number(month ?? 1) - 1];
  const begin = new Date(Date.UTC(y, m, Number(day ?? 1)));
  // The 31st of February is none.
  if (begin.getUTCMonth() !== m || (day !== undefined && begin.getUTCDate() !== Number(day))) return null;
  const next = day !== undefined ? Date.UTC(y, m, Number(day) + 1) : month !== undefined ? Date.UTC(y, m + 1) : Date.UTC(y + 1, 0);
  const [low, high] = [begin.getTime(), next - 1];
  return { text, low, high, least: low, most: high };
}

/** Whether a number fits; a number that is not known fits nothing. */
export function fits(number: number | null, { operator, values }: Extract<Term, { kind: 'compare' }>): boolean {
  if (number === null || Number.isNaN(number)) return false;
  const [{ least, most }] = values as [Stretch];
  const among = () => values.some(({ low, high }) => number >= low && number <= high);
  const holds: Record<Operator, () => boolean> = {
    '<': () => number < least,
    '<=': () => number <= most,
    '>': () => number > most,
    '>=': () => number >= least,
    '=': among,
    '!=': () => !among(),
  };
  return holds[operator]();
}

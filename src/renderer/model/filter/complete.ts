/** What could stand where the text is being typed. */
import { operators } from './parse.ts';
import { findField, TWIN, type FilterField } from './vocabulary.ts';

export interface Completion {
  /** What is put in. */
  insert: string;
  /** In a few words, beside it. */
  hint: string;
}

export interface Completions {
  /** The stretch of the text that an option replaces. */
  from: number;
  to: number;
  options: Completion[];
}

/** More would only be scrolled past. */
const MOST = 8;

const nothing = (caret: number): Completions => ({ from: caret, to: caret, options: [] });

/** @param known values of text fields that occur, by the field's id. */
export function complete(
  text: string,
  caret: number,
  fields: readonly FilterField[],
  known: (field: string) => readonly string[],
): Completions {
  const typed = text.slice(0, caret);
  // In a word between quotation marks nothing is a field.
  if ((typed.match(/"/g)?.length ?? 0) % 2 === 1)
    return valueAt(typed, caret, fields, known, /(?:^|\s)-?([\w.]+)(?::|\s*!?=\s*)(?:[^\s",]*,)*"([^"]*)$/);
  const value = valueAt(typed, caret, fields, known, /(?:^|\s)-?([\w.]+)(?::|\s*!?=\s*)(?:(?:[^\s",]*|"[^"]*"),)*([^\s",]*)$/);
  if (value.options.length > 0) return value;
  const afterField = /(?:^|\s)-?([\w.]+)\s+$/.exec(typed);
  const place = afterField && findField(afterField[1]!, fields);
  if (place?.field.kind === 'number' || place?.field.kind === 'date')
    return { from: caret, to: caret, options: operators.map((operator) => ({ insert: `${operator} `, hint: operatorNames[operator] })) };
  const word = /(?:^|\s)-?([\p{L}.]+)$/u.exec(typed)?.[1];
  return word === undefined ? nothing(caret) : fieldNames(word, caret, fields);
}

const operatorNames: Record<(typeof operators)[number], string> = {
  '<=': 'at most',
  '>=': 'at least',
  '!=': 'is not',
  '<': 'below',
  '>': 'above',
  '=': 'is, or rounds to; lists 1,2 and ranges 1..3 too',
};

function fieldNames(word: string, caret: number, fields: readonly FilterField[]): Completions {
  const twin = word.toLowerCase().startsWith(TWIN);
  const begun = (twin ? word.slice(TWIN.length) : word).toLowerCase();
  const begins = (spelling: string) => spelling.toLowerCase().startsWith(begun);
  const ranked = [
    ...fields.filter(({ id }) => begins(id)),
    ...fields.filter(({ id, also = [], label }) => !begins(id) && [...also, ...label.split(' ')].some(begins)),
  ];
  const prefix = twin ? TWIN : '';
  const options = ranked.map(({ id, label, kind, example }) => ({
    insert: `${prefix}${id}${kind === 'number' || kind === 'date' ? ' ' : ':'}`,
    hint: `${twin ? 'of the twin: ' : ''}${label}; ${prefix}${example}`,
  }));
  if (!twin && TWIN.startsWith(begun)) options.push({ insert: TWIN, hint: 'a field of the twin; twin.gain < 1.5' });
  return { from: caret - word.length, to: caret, options: options.slice(0, MOST) };
}

function valueAt(
  typed: string,
  caret: number,
  fields: readonly FilterField[],
  known: (field: string) => readonly string[],
  pattern: RegExp,
): Completions {
  const found = pattern.exec(typed);
  const place = found && findField(found[1]!, fields);
  if (!place || place.field.kind === 'number' || place.field.kind === 'date') return nothing(caret);
  const { id, choices } = place.field;
  const begun = found[2]!.toLowerCase();
  const values = choices ?? known(id);
  const fitting = values.filter((value) => value.toLowerCase().includes(begun) && value.toLowerCase() !== begun);
  const from = caret - found[2]!.length - (typed[caret - found[2]!.length - 1] === '"' ? 1 : 0);
  const written = (value: string) => (/[\s",]/.test(value) ? `"${value.replaceAll('"', '')}"` : value);
  return { from, to: caret, options: fitting.slice(0, MOST).map((value) => ({ insert: `${written(value)} `, hint: '' })) };
}

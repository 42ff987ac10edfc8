/** Terms as text again, as one would type them: what is printed reads back as the same terms. */
import type { Term } from './parse.ts';
import { TWIN } from './vocabulary.ts';

export const printFilter = (terms: readonly Term[]): string => terms.map(printTerm).join(' ');

export function printTerm(term: Term): string {
  const minus = term.not ? '-' : '';
  if (term.kind === 'word') return minus + quotedIf(term.text, /[\s:<>=!≤≥≠",]|^-/);
  const name = `${minus}${term.twin ? TWIN : ''}${term.field}`;
  if (term.kind === 'compare') return `${name} ${term.operator} ${term.values.map(({ text }) => text).join(',')}`;
  return `${name}${term.exact ? '=' : ':'}${term.values.map((value) => quotedIf(value, /[\s",]/)).join(',')}`;
}

/** There is no way to write a quotation mark, which nothing is named with; it is left out. */
const quotedIf = (text: string, special: RegExp): string => (special.test(text) ? `"${text.replaceAll('"', '')}"` : text);

/** Numbers as people type many of them: "8, 16", "1..10", "8..64 x2", "0.1..0.5 +0.1". */

export interface NumberKind {
  whole: boolean;
  min: number;
  /** Not allowed itself where `below`. */
  max: number;
  below?: boolean;
}

const MOST = 100;
const number = String.raw`\d+(?:\.\d+)?`;
const range = new RegExp(`^(${number})\\s*(?:\\.\\.|…|-|–)\\s*(${number})(?:\\s*([x×*+])\\s*(${number}))?$`);

/** The numbers in the order in which they are typed, each once; or what is wrong with the text, in a sentence. */
export function parseNumbers(text: string, kind: NumberKind): { values: number[]; problem: null } | { values: null; problem: string } {
  const values = new Set<number>();
  for (const part of text
    .split(/[,;]/)
    .map((one) => one.trim())
    .filter(Boolean)) {
    // prettier-ignore
    for (const value of expand(part) ?? [Number.NaN]) {
      const problem = problemOf(value, part, kind);
      if (problem !== null) return { values: null, problem };
      values.add(value);
      if (values.size > MOST) return { values: null, problem: `“${part}” are more than ${MOST} values; take larger steps` };
    }
  }
  return values.size === 0 ? { values: null, problem: example(kind) } : { values: [...values], problem: null };
}

const example = ({ whole }: NumberKind): string =>
  whole ? 'Type numbers: 8, 16 or 1..10 or 8..64 x2' : 'Type numbers: 0.25, 0.5 or 0.1..0.5 +0.1';

function problemOf(value: number, part: string, kind: NumberKind): string | null {
  if (Number.isNaN(value)) return `“${part}” is no number and no range. ${example(kind)}`;
  if (kind.whole && !Number.isInteger(value)) return `${value} is not a whole number`;
  const { min, max, below = false } = kind;
  if (value < min || value > max || (below && value === max)) return `${value} is not between ${min} and ${below ? `below ${max}` : max}`;
  return null;
}

/** Null when it is no number and no range. */
function expand(part: string): number[] | null {
  const single = new RegExp(`^${number}$`);
  if (single.test(part)) return [Number(part)];
  const [, from, to, sign = '+', by = '1'] = range.exec(part) ?? [];
  if (from === undefined) return null;
  const [first, last, step] = [Number(from), Number(to), Number(by)];
  const multiplies = sign !== '+';
  if (last < first || (multiplies ? step <= 1 || first === 0 : step === 0)) return null;
  const values: number[] = [];
  // By their number, so that tenths do not add up their rounding.
  for (let i = 0; values.length <= MOST; i++) {
    const value = Number((multiplies ? first * step ** i : first + step * i).toPrecision(12));
    if (value > last) break;
    values.push(value);
  }
  return values;
}

/** Seeds as people type them. */

const LARGEST = 0xffff_ffff;
const MOST = 100;

/** "1, 2, 5-7" → [1, 2, 5, 6, 7]; null when it cannot be read, is empty, or names more than a hundred. */
export function parseSeeds(text: string): number[] | null {
  const seeds = new Set<number>();
  for (const part of text.split(/[\s,]+/).filter(Boolean)) {
    const [, from, to = from] = /^(\d{1,10})(?:[-–](\d{1,10}))?$/.exec(part) ?? [];
    if (from === undefined) return null;
    const [first, last] = [Number(from), Number(to)];
    if (last < first || last > LARGEST || last - first >= MOST) return null;
    for (let seed = first; seed <= last; seed++) seeds.add(seed);
  }
  return seeds.size > 0 && seeds.size <= MOST ? [...seeds] : null;
}

/** "0.3, 0.5" or "30 % 50 %" → [0.3, 0.5], each once; null when it cannot be read. Ratios are in [0, 1). */
export function parseRatios(text: string): number[] | null {
  const ratios = parseRatioList(text);
  return ratios && [...new Set(ratios)];
}

/** All of them, in order. */
export function parseRatioList(text: string): number[] | null {
  const parts = text.replaceAll(/\s*%/g, '%').split(/[\s,;]+/).filter(Boolean); // prettier-ignore
  const ratios = parts.map((part) => (part.endsWith('%') ? Number(part.slice(0, -1)) / 100 : Number(part)));
  if (ratios.length === 0 || ratios.some((ratio) => !(ratio >= 0 && ratio < 1))) return null;
  return ratios;
}

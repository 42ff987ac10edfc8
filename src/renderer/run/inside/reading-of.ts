/** What a network makes of an image, in words. */
import { SHORTEST, type Look } from '../../../shared/inside/look.ts';

/** `class` is null where the longest class capsules tie. */
export function readingOf({ longest, layers }: Look, classes: readonly string[]): { class: number | null; text: string } {
  if (longest.length === 1) return { class: longest[0]!, text: classes[longest[0]!] ?? String(longest[0]) };
  const { types, lengths } = layers.at(-1)!;
  const all = longest.length === types;
  const tie = Math.max(...lengths) < SHORTEST ? '0 in single precision' : 'equally long';
  return { class: null, text: `${all ? `all ${longest.length}` : longest.length} class capsules are ${tie}` };
}

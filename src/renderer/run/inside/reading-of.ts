/** What a network makes of an image, in words. */
import type { Look } from '../../../shared/inside/look.ts';

/** `class` is null where the longest class capsules are equally long. */
export function readingOf({ longest, layers }: Look, classes: readonly string[]): { class: number | null; text: string } {
  if (longest.length === 1) return { class: longest[0]!, text: classes[longest[0]!] ?? String(longest[0]) };
  const all = longest.length === layers.at(-1)!.types;
  return { class: null, text: `${all ? `all ${longest.length}` : longest.length} class capsules are equally long` };
}

/** What the names of arrays tell: training or testing, images or labels. */

export type SplitName = 'train' | 'test' | 'val';
type Part = 'images' | 'labels';

/** Words of a name, e.g. "Xtr_flat" gives x, tr, flat; sizes such as 32x32 are no words. */
const words = (name: string): string[] =>
  name
    .replaceAll(/\d+(?:x\d+)+/gi, ' ')
    .replaceAll(/(\p{Ll})(\p{Lu})/gu, '$1 $2')
    .replaceAll(/(\p{Lu})(tr|te|val)(?=$|[^\p{L}])/gu, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}]+/u)
    .filter(Boolean);

/** The part that an array is for, as its name, its folders and its file say. */
export function splitOf(name: string): SplitName | undefined {
  for (const part of name.split('/').reverse())
    for (const word of words(part)) {
      if (/^[xy]?(?:train(?:ing)?|tr)[xy]?$/.test(word) || /^train(?:images?|labels?|data|set)$/.test(word)) return 'train';
      if (/^[xy]?(?:test(?:ing)?|te|t10k)[xy]?$/.test(word) || /^test(?:images?|labels?|data|set)$/.test(word)) return 'test';
      if (/^[xy]?(?:val(?:id|idation)?|dev)[xy]?$/.test(word) || /^val(?:images?|labels?|data|set)$/.test(word)) return 'val';
    }
  return undefined;
}

export const ownName = (name: string): string => name.slice(name.lastIndexOf('/') + 1);
export const placeOf = (name: string): string => name.slice(0, Math.max(name.lastIndexOf('/'), 0));

/** What an array holds, as its name says. */
export function partOf(name: string): Part | undefined {
  // What is nearest to the array decides: the array's own name, then its folders and files.
  for (const part of name.split('/').reverse())
    for (const word of words(part).reverse()) {
      if (
        /^(?:y|y?(?:train|test|val)y|y(?:train|test|val)|lbls?|cat|category|categories|gnd|ans|answers?|class(?:es)?|targets?)$/.test(
          word,
        ) ||
        /labels?$/.test(word)
      )
        return 'labels';
      if (
        /^(?:x|(?:train|test|val)x|x(?:train|test|val)|dat|data|fea|features?|pixels?|imgs?)$/.test(word) ||
        /(?:images?|data|datasets?)$/.test(word)
      )
        return 'images';
    }
  return undefined;
}

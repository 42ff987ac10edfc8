/** Lists of a text of JSON, cut out without parsing it: their elements can then be parsed one by one, however many there are. */

export interface CutLists {
  /** The text with these lists empty. */
  rest: Uint8Array;
  /** The elements of each list, as texts, in order. */
  lists: Uint8Array[][];
}

const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const colon = 0x3a;
const blank = /^\s*$/;

/** Deeper than anything of ours, and far from what overflows a parser. */
const maxDepth = 100;

/**
 * Cuts out every list that stands in an object under the key `inner`, where the object is an element of the list under the
 * key `outer` of the text's own object. A text that is no JSON is cut somehow, and fails when its pieces are parsed.
 * Answers null when the text is nested too deeply.
 */
export function cutLists(text: Uint8Array, outer: string, inner: string): CutLists | null {
  const keys: string[] = [];
  const lists: Uint8Array[][] = [];
  const rest: Uint8Array[] = [];
  let depth = 0;
  /** The last string, which is a key when a colon follows. */
  let string = { start: 0, end: 0 };
  let kept = 0;
  let list: Uint8Array[] | null = null;
  let element = 0;
  const decoder = new TextDecoder('latin1');
  for (let i = 0; i < text.length; i++) {
    const byte = text[i]!;
    if (byte === quote) {
      const start = i + 1;
      for (i = start; i < text.length && text[i] !== quote; i++) if (text[i] === backslash) i++;
      string = { start, end: i };
    } else if (byte === colon) {
      if (depth === 1 || depth === 3) keys[depth] = decoder.decode(text.subarray(string.start, string.end));
    } else if (byte === 0x5b || byte === 0x7b) {
      if (++depth > maxDepth) return null;
      if (byte === 0x5b && depth === 4 && keys[1] === outer && keys[3] === inner) {
        rest.push(text.subarray(kept, i + 1));
        list = [];
        element = i + 1;
      }
    } else if (byte === 0x5d || byte === 0x7d) {
      if (list && depth === 4) {
        const last = text.subarray(element, i);
        if (list.length > 0 || !blank.test(decoder.decode(last.subarray(0, 100)))) list.push(last);
        lists.push(list);
        list = null;
        kept = i;
      }
      depth--;
    } else if (byte === comma && list && depth === 4) {
      list.push(text.subarray(element, i));
      element = i + 1;
    }
  }
  rest.push(text.subarray(kept));
  return { rest: Buffer.concat(rest), lists };
}

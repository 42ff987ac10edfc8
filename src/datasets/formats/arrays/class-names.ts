/** Names of classes among arrays: texts, or EMNIST's numbers of classes with the codes of their characters. */
import { strides, type NdArray } from './ndarray.ts';

interface NamedArray {
  name: string;
  type: 'numbers' | 'text';
  shape: readonly number[];
  load: () => Promise<NdArray | string[]>;
}

/** Undefined without an array that names as many classes as there are. @param classes what their labels are, if not numbers from 0. */
export async function classNames(
  arrays: readonly NamedArray[],
  labels: readonly Uint16Array[],
  classes: readonly string[] | undefined,
): Promise<string[] | undefined> {
  let highest = 0;
  for (const split of labels) for (const label of split) highest = Math.max(highest, label);
  for (const array of arrays.filter(({ name, type, shape }) => type === 'text' && shape.length === 1 && /class|name/i.test(name))) {
    if (array.shape[0] !== highest + 1) continue;
    const names = (await array.load()) as string[];
    if (new Set(names).size === names.length) return names;
  }
  const mapping = arrays.find(
    ({ name, type, shape }) => type === 'numbers' && /(?:^|\/)mapping$/i.test(name) && shape.length === 2 && shape[1]! > 1,
  );
  const codes = mapping && (await codesIn(mapping));
  const characters = Array.from({ length: highest + 1 }, (_, i) => codes?.get(Number(classes?.[i] ?? i)));
  return characters.every((character) => character !== undefined) && new Set(characters).size > highest ? characters : undefined;
}

/** Characters by the number of their class, of several the first. */
async function codesIn(mapping: NamedArray): Promise<Map<number, string>> {
  const array = await mapping.load();
  if (Array.isArray(array)) return new Map();
  const [row = 0, column = 0] = strides(array);
  const codes = Array.from(
    { length: array.shape[0]! },
    (_, i) => [Number(array.data[i * row]), Number(array.data[i * row + column])] as const,
  );
  const isCode = (code: number) => Number.isInteger(code) && code > 32 && code < 2 ** 16;
  return codes.every(([, code]) => isCode(code)) ? new Map(codes.map(([number, code]) => [number, String.fromCodePoint(code)])) : new Map();
}

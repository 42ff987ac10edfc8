/** A study as the text of its file: lists of plain values on one line, everything else on lines of its own. */

const isPlain = (value: unknown): boolean => typeof value !== 'object' || value === null;
const WIDTH = 100;

export function printStudy(value: unknown, indent = ''): string {
  if (isPlain(value)) return JSON.stringify(value);
  const flat = oneLine(value);
  if (flat.length + indent.length <= WIDTH && depthOf(value) <= 1) return flat;
  const inner = `${indent}  `;
  if (Array.isArray(value)) return `[\n${value.map((item) => inner + printStudy(item, inner)).join(',\n')}\n${indent}]`;
  const fields = Object.entries(value as object).map(([key, item]) => `${inner}${JSON.stringify(key)}: ${printStudy(item, inner)}`);
  return `{\n${fields.join(',\n')}\n${indent}}`;
}

/** Lists of plain values do not count: they are read as one. */
function depthOf(value: unknown): number {
  if (isPlain(value)) return 0;
  const items: unknown[] = Object.values(value as object);
  if (Array.isArray(value) && items.every(isPlain)) return 0;
  return 1 + Math.max(0, ...items.map(depthOf));
}

function oneLine(value: unknown): string {
  if (isPlain(value)) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(oneLine).join(', ')}]`;
  const fields = Object.entries(value as object).map(([key, item]) => `${JSON.stringify(key)}: ${oneLine(item)}`);
  return fields.length === 0 ? '{}' : `{ ${fields.join(', ')} }`;
}

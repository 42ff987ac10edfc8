/**
 * A large answer on its way from a thread to a page: bytes that nobody on the way has to look into, in parts that the page reads one
 * at a time.
 */
import type { Steps } from './steps.ts';
import { fromWire, toWire } from './wire.ts';

/** What comes out of `parts` again. */
export interface InParts<Value> {
  parts: Uint8Array[];
  /** Never there: it only says of what type the answer is. */
  of?: Value;
}

/** Elements of a list that make one part. */
const PER_PART = 250;

interface Head {
  /** With an empty list in place of each that comes in parts of its own. */
  value: object;
  lists: { path: string[]; parts: number }[];
}

export function toParts<Value extends object>(value: Value): InParts<Value> {
  const lists: Head['lists'] = [];
  const parts: Uint8Array[] = [];
  const withoutLists = (within: object, path: string[]): object =>
    Object.fromEntries(
      Object.entries(within).map(([key, inner]: [string, unknown]) => {
        const at = [...path, key];
        if (Array.isArray(inner)) {
          if (inner.length <= PER_PART) return [key, inner];
          const before = parts.length;
          for (let i = 0; i < inner.length; i += PER_PART) parts.push(bytesOf(inner.slice(i, i + PER_PART)));
          lists.push({ path: at, parts: parts.length - before });
          return [key, []];
        }
        return [key, typeof inner === 'object' && inner !== null ? withoutLists(inner, at) : inner];
      }),
    );
  const head: Head = { value: withoutLists(value, []), lists };
  return { parts: [bytesOf(head), ...parts] };
}

export function* fromParts<Value>({ parts: [first, ...rest] }: InParts<Value>): Steps<Value> {
  const { value, lists } = fromWire(first!) as Head;
  let next = 0;
  for (const { path, parts } of lists) {
    const list = path.reduce((at, key) => (at as Record<string, object>)[key]!, value) as unknown[];
    for (const end = next + parts; next < end; next++) {
      yield;
      list.push(...(fromWire(rest[next]!) as unknown[]));
    }
  }
  return value as Value;
}

/** Without the room that was left for more. */
const bytesOf = (value: unknown): Uint8Array => toWire(value).slice();

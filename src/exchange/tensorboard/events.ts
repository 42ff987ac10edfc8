/** Event files as bytes: made of events, and looked through for what is there already. */
import { record, recordsIn } from './records.ts';
import { encodeEvent, lookAtEvent, type Event } from './schema.ts';

export const bytesOf = (events: readonly Event[]): Uint8Array => Buffer.concat(events.map((event) => record(encodeEvent(event))));

/** The last step of some files, −1 where there is none, and whether one of them has a value with this tag. */
export function lookThrough(files: Iterable<Uint8Array>, tag: string): { last: number; has: boolean } {
  let last = -1;
  let has = false;
  for (const file of files)
    for (const bytes of recordsIn(file)) {
      const { step, tags } = lookAtEvent(bytes);
      if (tags.some((one) => one.startsWith('measures/'))) last = Math.max(last, step);
      has ||= tags.includes(tag);
    }
  return { last, has };
}

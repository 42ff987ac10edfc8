/** A file that is compressed with gzip, as the file that it was. */
import { DatasetError } from '../errors.ts';
import { gunzipAtMost } from '../gzip.ts';
import type { ReadFileOptions, SourceFile } from './source.ts';

export function gunzipSource(file: SourceFile, limit: number): SourceFile {
  let content: Promise<Uint8Array> | undefined;
  const read = async (options: ReadFileOptions = {}): Promise<Uint8Array> => {
    content ??= file.read(options).then((bytes) => gunzipAtMost(bytes, limit, file.label));
    const bytes = await content;
    if (bytes.length > (options.limit ?? limit))
      throw new DatasetError(file.label, `it has ${bytes.length} bytes; expected at most ${options.limit ?? limit}`);
    return bytes;
  };
  return {
    path: file.path.replace(/\.gz$/i, ''),
    label: file.label,
    size: async () => (await read()).length,
    head: async (bytes) => (await read()).subarray(0, bytes),
    read,
  };
}

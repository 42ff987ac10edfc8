/** Image files of any size, one after the other, as a stored network takes them. */
import type { SavedNetwork } from '../../shared/weights-file.ts';
import { contentsOf } from '../formats/contents.ts';
import { defaultLimits, type ReadOptions } from '../formats/reader.ts';
import { targetOf, unfit } from '../preparation/for-network.ts';
import { ImageMaker, opaque } from '../preparation/image.ts';
import type { ImageShape } from '../raw.ts';
import { pathsSource } from '../sources/paths.ts';
import { imageFiles } from './pool.ts';
import { isCalledImage, notWhatItsNameSays } from './unreadable.ts';

export type PreparedImage =
  | {
      file: string;
      /** Bytes in the shape that the network needs. */
      pixels: Uint8Array;
      /** As the file has it, without alpha channel. */
      from: ImageShape;
    }
  /** Why it cannot be had, in one sentence that does not name the file. */
  | { file: string; problem: string };

type Options = Pick<ReadOptions, 'signal' | 'decoder'> & { onProgress?: (done: number, total: number) => void };

/**
 * What is no image in a folder is passed over, unless its name says that it is one; a file that is named must be one. In an order of their own; the next pixels are
 * new ones. Throws a DatasetError when a path cannot be read.
 */
export async function* imagesForNetwork(
  paths: readonly string[],
  network: Pick<SavedNetwork, 'input' | 'preparation'>,
  { signal, decoder, onProgress }: Options = {},
): AsyncGenerator<PreparedImage> {
  const options: ReadOptions = { limits: defaultLimits, signal, decoder };
  const target = targetOf(network);
  const maker = new ImageMaker(target);
  const sources = [];
  for (const path of paths) {
    const source = await pathsSource([path], { signal });
    const { items, problems } = await contentsOf(source, options);
    const files = items.filter(({ kind, gzip }) => kind === 'image' && !gzip).map(({ file }) => file);
    // Of what is no image, those of a folder that their names promise to be one.
    const called = items.filter(({ kind, file }) => kind !== 'image' && isCalledImage(file.path));
    const unread = new Map([
      ...called.map(({ file }): [string, string] => [file.label, notWhatItsNameSays]),
      ...[...source.problems, ...problems].map(({ file, message }): [string, string] => [file ?? path, message]),
    ]);
    sources.push({ path, source, files, unread });
  }
  const total = sources.reduce((sum, { files }) => sum + files.length, 0);
  let done = 0;
  for (const { path, source, files, unread } of sources) {
    for (const [file, problem] of unread) yield { file, problem };
    if (files.length === 0 && unread.size === 0)
      yield { file: path, problem: source.files.length === 1 ? 'it is no image' : 'no image is in it' };
    for await (const read of imageFiles(source, files, options).read({ reduce: target.fit !== 'centre', signal })) {
      const file = files[read.index]!.disk ?? files[read.index]!.label;
      onProgress?.(++done, total);
      if ('problem' in read) {
        yield { file, problem: read.problem.message };
        continue;
      }
      const image = opaque(read.image, target.background);
      const problem = unfit(image, network);
      if (problem !== null) yield { file, problem };
      else {
        const { height, width, channels } = image;
        yield { file, pixels: Uint8Array.from(maker.make(image)), from: { height, width, channels } };
      }
    }
  }
}

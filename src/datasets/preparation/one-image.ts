/** One image file for a network that is trained already. */
import { readFile } from 'node:fs/promises';
import type { InputShape } from '../../shared/spec/network.ts';
import type { PreparationSpec } from '../../shared/spec/preparation.ts';
import { DatasetError, systemError } from '../errors.ts';
import { decodeImage } from '../images/decode.ts';
import { whyUnreadable } from '../images/unreadable.ts';
import type { RawImage } from '../raw.ts';
import { targetOf, unfit } from './for-network.ts';
import { ImageMaker, opaque } from './image.ts';

/** No larger than any that is looked at one by one. */
const MOST_PIXELS = 2 ** 26;

export interface PreparedFor {
  input: InputShape;
  preparation?: PreparationSpec | undefined;
}

/**
 * Bytes (height, width, channels), prepared as the images were that the network was trained on. Where nothing was done to those,
 * the image is fitted in whole: unlike a data set, somebody who shows one image means what is in it.
 */
export async function preparedFile(path: string, network: PreparedFor): Promise<Uint8Array> {
  const target = targetOf(network);
  const shown = opaque(await decoded(path), target.background);
  const problem = unfit(shown, network);
  if (problem !== null) throw new DatasetError(path, problem);
  return new ImageMaker(target).make(shown);
}

async function decoded(path: string): Promise<RawImage> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (error) {
    throw systemError(path, error);
  }
  try {
    return await decodeImage(bytes, MOST_PIXELS, true);
  } catch (error) {
    throw new DatasetError(path, whyUnreadable(error, bytes), { cause: error });
  }
}

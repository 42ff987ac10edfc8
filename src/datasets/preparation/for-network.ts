/** Images of any size and colour for a stored network, as those were made that it was trained on. */
import type { SavedNetwork } from '../../shared/weights-file.ts';
import type { ImageShape } from '../raw.ts';
import { channelsFor, type ImageTarget } from './image.ts';

/** Where the images of its data set needed no preparation, others are fitted in and padded. */
export function targetOf({ input: { height, width, channels }, preparation }: Pick<SavedNetwork, 'input' | 'preparation'>): ImageTarget {
  const { fit = 'pad', background = 'black' } = preparation ?? {};
  return { height, width, fit, background, colour: channels === 1 ? 'grey' : channels === 3 ? 'rgb' : 'own' };
}

/** Why an image without alpha channel cannot be made into one for the network; null where it can. */
export function unfit({ channels }: Pick<ImageShape, 'channels'>, network: Pick<SavedNetwork, 'input' | 'preparation'>): string | null {
  const needed = network.input.channels;
  if (channelsFor(channels, targetOf(network).colour) === needed) return null;
  return `it has ${channels} ${channels === 1 ? 'channel' : 'channels'}, but the network needs ${needed}`;
}

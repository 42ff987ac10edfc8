/** What a stored network says to images: how long its class capsules are, and the image that the longest one describes. */
import * as tf from '@tensorflow/tfjs-core';
import type { SavedNetwork } from '../../shared/weights-file.ts';
import type { HostTensor, Weights } from '../../shared/weights.ts';
import type { Engine } from '../engine.ts';
import { CapsNet } from '../network/capsnet.ts';
import { readBack } from '../ops/read-back.ts';
import { standardised } from '../training/network-values.ts';

export interface Predicted {
  /** (B, classes). */
  lengths: Float32Array;
  /** (B, height, width, channels), intensities in [0, 1]; null without a decoder. */
  reconstruction: Float32Array | null;
}

/** A network that stays loaded. */
export class Predictor {
  readonly #net: CapsNet;
  readonly #standardisation: SavedNetwork['standardisation'];

  constructor({ network, input, weights, standardisation }: SavedNetwork & { weights: Weights }, engine: Engine) {
    this.#net = new CapsNet(network, input, engine.kernels, weights);
    this.#standardisation = standardisation;
  }

  /** @param images (B, height, width, channels), intensities in [0, 1]. */
  async predict({ shape, data }: HostTensor): Promise<Predicted> {
    const [lengths, reconstruction] = await readBack(() => {
      const images = tf.tensor4d(data, shape as [number, number, number, number]);
      const { classes } = this.#net.forward(standardised(images, this.#standardisation), 'test');
      const found = tf.norm(classes, 'euclidean', 2);
      return this.#net.spec.decoder ? [found, this.#net.decode(classes, tf.argMax(found, 1))] : [found];
    });
    return { lengths: lengths!, reconstruction: reconstruction ?? null };
  }

  dispose(): void {
    this.#net.dispose();
  }
}

/** Channels that say nothing: what a cut takes from a network, apart from what it does to the layers above. */
import type { HostTensor, Weights } from '../../shared/weights.ts';

/** By layer, "backbone.<i>" or "primary": the channels whose output is to be zero. */
export type Silenced = Readonly<Record<string, readonly number[]>>;

/**
 * Weights with which these channels are zero on every image: of a backbone block by batch norm's affine terms, of the primary
 * capsules by filter and bias. A channel of the backbone or a type of the primary capsules that is zero is the same as one that
 * is not there. Tensors that do not change are shared.
 */
export function silence(weights: Weights, silenced: Silenced): Weights {
  const result = new Map(weights);
  for (const [layer, channels] of Object.entries(silenced)) {
    const terms = layer === 'primary' ? ['conv.weight', 'conv.bias'] : ['bn.weight', 'bn.bias'];
    for (const term of terms) {
      const name = `${layer}.${term}`;
      const tensor = weights.get(name);
      if (!tensor) throw new Error(`The weights lack the tensor ${name}, of which channels are to be silent.`);
      result.set(name, without(tensor, channels, name));
    }
  }
  return result;
}

/** Zero in these places of the first axis. */
function without({ shape, data }: HostTensor, places: readonly number[], name: string): HostTensor {
  const count = shape[0]!;
  const size = data.length / count;
  const result = data.slice();
  for (const place of places) {
    if (!(place >= 0 && place < count)) throw new Error(`${name} has no channel ${place}; expected one of 0 to ${count - 1}.`);
    result.fill(0, place * size, (place + 1) * size);
  }
  return { shape, data: result };
}

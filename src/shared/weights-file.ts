/**
 * The two kinds of safetensors file that runs leave behind: the weights of a network together with its spec, and a
 * checkpoint from which training goes on.
 */
import { z } from 'zod';
import { NetworkSpecError, parametersOf } from './describe.ts';
import { InputError } from './input-error.ts';
import { storedIssue } from './issues.ts';
import { decodeWeights, encodeWeights } from './safetensors.ts';
import { InputShape, NetworkSpec } from './spec/network.ts';
import { PreparationSpec, Standardisation } from './spec/preparation.ts';
import type { Weights } from './weights.ts';

/** Under this key of the file's metadata stands, as JSON, what is needed to rebuild the network. */
export const specKey = 'capscope.spec';
const checkpointKey = 'capscope.checkpoint';

export const SavedNetwork = z.strictObject({
  network: NetworkSpec,
  input: InputShape,
  /** Names of the classes, in the order of the class capsules. */
  classes: z.array(z.string()),
  /** What was made of the images that it was trained on; absent: nothing. */
  preparation: PreparationSpec.optional(),
  standardisation: Standardisation.optional(),
});
export type SavedNetwork = z.infer<typeof SavedNetwork>;

export function encodeNetworkFile(saved: SavedNetwork, weights: Weights): Uint8Array<ArrayBuffer> {
  return encodeWeights(weights, { [specKey]: JSON.stringify(saved) });
}

/**
 * Decodes a weights file and checks it against its own spec: every parameter is there with its shape, and nothing else.
 * Throws an InputError that starts with `source`.
 */
export function decodeNetworkFile(bytes: Uint8Array, source: string): SavedNetwork & { weights: Weights } {
  const { weights, metadata } = decodeWeights(bytes, source);
  const parsed = SavedNetwork.safeParse(metadataJson(metadata, specKey, source));
  if (!parsed.success) throw new InputError(`${source}: the network in its metadata is not valid: ${storedIssue(parsed.error)}`);
  const saved = parsed.data;
  if (saved.classes.length !== saved.input.classes)
    throw new InputError(`${source}: its metadata name ${saved.classes.length} classes, but the network has ${saved.input.classes}`);
  const { channels } = saved.input;
  if (saved.standardisation && (saved.standardisation.mean.length !== channels || saved.standardisation.deviation.length !== channels))
    throw new InputError(`${source}: its metadata do not standardise ${channels} channels, which the network has`);
  checkParameters(weights, saved, source);
  return { ...saved, weights };
}

/** `meta` must be plain JSON. */
export function encodeCheckpoint({ tensors, meta }: { tensors: Weights; meta: object }): Uint8Array<ArrayBuffer> {
  return encodeWeights(tensors, { [checkpointKey]: JSON.stringify(meta) });
}

/** The opposite of encodeCheckpoint; what `meta` means is known to the code that resumes. */
export function decodeCheckpoint(bytes: Uint8Array, source: string): { tensors: Weights; meta: unknown } {
  const { weights, metadata } = decodeWeights(bytes, source);
  return { tensors: weights, meta: metadataJson(metadata, checkpointKey, source) };
}

function metadataJson(metadata: Record<string, string>, key: string, source: string): unknown {
  const text = metadata[key];
  if (text === undefined) throw new InputError(`${source} has no "${key}" in its metadata; it was not written by Capscope`);
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new InputError(`${source}: "${key}" in its metadata is not JSON`);
  }
}

/** Throws an InputError that starts with `source` unless every parameter of the network is there with its shape, and nothing else. */
export function checkParameters(weights: Weights, { network, input }: Pick<SavedNetwork, 'network' | 'input'>, source: string): void {
  const expected = new Map(parameters(network, input, source).map(({ name, shape }) => [name, shape]));
  for (const [name, shape] of expected) {
    const found = weights.get(name);
    if (!found) throw new InputError(`${source}: tensor "${name}" is missing`);
    if (found.shape.join() !== shape.join())
      throw new InputError(`${source}: tensor "${name}" has shape [${found.shape.join(', ')}], expected [${shape.join(', ')}]`);
  }
  for (const name of weights.keys())
    if (!expected.has(name)) throw new InputError(`${source}: tensor "${name}" is not part of its network`);
}

function parameters(network: NetworkSpec, input: InputShape, source: string) {
  try {
    return parametersOf(network, input);
  } catch (error) {
    if (error instanceof NetworkSpecError) throw new InputError(`${source}: its network cannot be built: ${error.message}`);
    throw error;
  }
}

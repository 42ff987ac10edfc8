/** Weights that PyTorch users bring: a safetensors file, or what `torch.save` writes of a state dict. */
import { unzipSync } from 'fflate';
import { PickledTensor, type Pickled } from '../../datasets/formats/pickles/pickled.ts';
import { tensorOf } from '../../datasets/formats/pickles/arrays.ts';
import { unpickle } from '../../datasets/formats/pickles/unpickle.ts';
import { InputError } from '../../shared/input-error.ts';
import { decodeSafetensors } from '../../shared/safetensors.ts';
import { specKey } from '../../shared/weights-file.ts';
import type { HostTensor, Weights } from '../../shared/weights.ts';

export interface ReadWeights {
  weights: Weights;
  /** What the file says of its network, unchecked; null: nothing. */
  spec: unknown;
}

/** Counted by PyTorch's batch norm, and what it notes of versions; nobody else knows them. */
const ignored = /(^|\.)num_batches_tracked$|^_metadata$/;
/** What wrappers for training put before every name. */
const wrappers = /^(?:module\.|_orig_mod\.)+/;
/** Under which training scripts keep a state dict among other things. */
const stateKeys = ['state_dict', 'model_state_dict', 'model'];

/** Throws an InputError that starts with `source` when it is no file of weights. */
export function readWeights(bytes: Uint8Array, source: string): ReadWeights {
  const zip = bytes[0] === 0x50 && bytes[1] === 0x4b;
  const { tensors, spec } = zip ? fromTorch(bytes, source) : fromSafetensors(bytes, source);
  const weights: Weights = new Map();
  for (const [name, tensor] of tensors) if (!ignored.test(name)) weights.set(name.replace(wrappers, ''), tensor);
  if (weights.size === 0) throw new InputError(`${source} holds no weights`);
  for (const [name, { data }] of weights) checkValues(name, data, source);
  return { weights, spec };
}

function checkValues(name: string, data: Float32Array, source: string): void {
  const least = name.endsWith('running_var') ? 0 : -Infinity;
  const wrong = data.find((value) => !Number.isFinite(value) || value < least);
  if (wrong !== undefined)
    throw new InputError(`${source}: tensor "${name}" holds ${wrong}; expected ${least === 0 ? 'variances' : 'finite numbers'}`);
}

interface Found {
  tensors: [string, HostTensor][];
  spec: unknown;
}

function fromSafetensors(bytes: Uint8Array, source: string): Found {
  const { tensors, metadata } = decodeSafetensors(bytes, source);
  const text = metadata[specKey];
  const named = [...tensors].filter(([name]) => !ignored.test(name));
  return {
    tensors: named.map(([name, { dtype, shape, data }]) => {
      if (dtype !== 'F32' && dtype !== 'F64') throw new InputError(`${source}: tensor "${name}" has type ${dtype}, expected F32 or F64`);
      return [name, { shape, data: Float32Array.from(data) }];
    }),
    spec: text === undefined ? null : parsed(text, source),
  };
}

function parsed(text: string, source: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new InputError(`${source}: "${specKey}" in its metadata is not JSON`);
  }
}

function fromTorch(bytes: Uint8Array, source: string): Found {
  let entries: Record<string, Uint8Array>;
  try {
    entries = unzipSync(bytes);
  } catch {
    throw new InputError(`${source} is damaged: it begins as a file of torch.save, but cannot be unpacked`);
  }
  const pickle = Object.keys(entries).find((name) => /(^|\/)data\.pkl$/.test(name));
  if (pickle === undefined) throw new InputError(`${source} is not a file of torch.save: it has no data.pkl`);
  const folder = pickle.slice(0, -'data.pkl'.length);
  const order = entries[`${folder}byteorder`];
  if (order && new TextDecoder().decode(order) !== 'little')
    throw new InputError(`${source} was saved on a machine with the highest byte first`);
  const state = stateOf(unpickle(entries[pickle]!, source), source);
  return {
    tensors: state.map(([name, tensor]) => {
      const storage = entries[`${folder}data/${tensor.storage.key}`];
      if (!storage) throw new InputError(`${source} is damaged: the values of tensor "${name}" are missing`);
      const { shape, data } = tensorOf(tensor, storage, `${source}: tensor "${name}"`);
      return [name, { shape: [...shape], data: Float32Array.from(data as ArrayLike<number>, Number) }];
    }),
    spec: null,
  };
}

/** The tensors of a state dict, or of the one that a checkpoint holds. */
function stateOf(value: Pickled, source: string): [string, PickledTensor][] {
  if (!(value instanceof Map)) throw new InputError(`${source} holds no state dict; save model.state_dict()`);
  const inner = stateKeys.map((key) => value.get(key)).find((one) => one instanceof Map);
  if (inner) return stateOf(inner, source);
  const entries = [...value].filter(([name]) => !ignored.test(name));
  const other = entries.find(([, one]) => !(one instanceof PickledTensor));
  if (other) throw new InputError(`${source}: "${other[0]}" is not a tensor; expected a state dict, as model.state_dict() gives it`);
  return entries as [string, PickledTensor][];
}

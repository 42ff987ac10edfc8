/** Networks of finished runs, for other programs. */
import { join } from 'node:path';
import { onnxOf, type OnnxOptions } from '../../exchange/onnx/model.ts';
import { InputError } from '../../shared/input-error.ts';
import { decodeNetworkFile, encodeNetworkFile, type SavedNetwork } from '../../shared/weights-file.ts';
import type { Weights } from '../../shared/weights.ts';
import { readWhole } from '../../store/disk.ts';
import type { Store } from '../../store/store.ts';
import type { StoredRun } from '../../store/types.ts';

/** Throws an InputError when the run has no weights. Its latest checkpoint will not do: what goes elsewhere is to be a network that is done. */
export function networkOfRun(store: Store, run: StoredRun): SavedNetwork & { weights: Weights } {
  const file = store.files.find(run.id, 'weights');
  if (!file) {
    const who = `run ${run.id} (${run.name})`;
    throw new InputError(
      run.status === 'finished' ? `the weights of ${who} are not here` : `${who} is ${run.status}; expected one that has finished`,
    );
  }
  return decodeNetworkFile(store.files.read(file), store.files.path(file));
}

export function onnxOfRun(store: Store, run: StoredRun, options: OnnxOptions): Uint8Array {
  return onnxOf(networkOfRun(store, run), { id: run.id, name: run.name, versions: run.versions }, options);
}

/** What a folder for PyTorch holds beside the weights. */
const modules = ['capsnet.py', 'example.py'];

/** A network as a module of PyTorch. Answers the files, by name. */
export function pytorchOfRun(store: Store, run: StoredRun, resources: string): Map<string, Uint8Array> {
  const { weights, ...saved } = networkOfRun(store, run);
  return new Map([
    ...modules.map((name) => [name, readWhole(join(resources, 'pytorch', name))] as const),
    ['weights.safetensors', encodeNetworkFile(saved, weights)],
  ]);
}

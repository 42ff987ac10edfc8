/** Runs in a format of another program, as one file: what consists of several is a ZIP archive. */
import { zipSync } from 'fflate';
import type { ExportName } from '../../shared/export-formats.ts';
import { InputError } from '../../shared/input-error.ts';
import type { Store } from '../../store/store.ts';
import type { StoredRun } from '../../store/types.ts';
import { onnxOfRun, pytorchOfRun } from './networks.ts';
import { runsAsTable, type TableFormat } from './tables.ts';
import { eventFile } from './tensorboard.ts';

export interface ExportRequest {
  as: ExportName;
  ids: readonly string[];
  /** Folder with the module for PyTorch. */
  resources: string;
}

type Tell = (done: number, total: number) => void;

export async function exportAs(store: Store, { as, ids, resources }: ExportRequest, tell: Tell): Promise<Uint8Array> {
  const runs = ids.map((id) => store.run(id));
  if (as === 'onnx') return onnxOfRun(store, single(runs), { input: 'uint8', size: null });
  if (as === 'pytorch') return zipSync(Object.fromEntries(pytorchOfRun(store, single(runs), resources)));
  if (as === 'tensorboard') return zipSync(await events(store, runs, tell));
  return zipSync(tables(store, runs, as, tell));
}

function single(runs: readonly StoredRun[]): StoredRun {
  const [run, ...others] = runs;
  if (!run || others.length > 0) throw new InputError(`this format holds one network, but ${runs.length} runs were chosen`);
  return run;
}

async function events(store: Store, runs: readonly StoredRun[], tell: Tell): Promise<Record<string, Uint8Array>> {
  const files: Record<string, Uint8Array> = {};
  for (const [i, run] of runs.entries()) {
    tell(i, runs.length);
    const { path, bytes } = await eventFile(store, run);
    files[path] = bytes;
  }
  return files;
}

function tables(store: Store, runs: readonly StoredRun[], format: TableFormat, tell: Tell): Record<string, Uint8Array> {
  const files: Record<string, Uint8Array> = {};
  for (const [i, [name, tidy]] of (
    [
      ['runs', false],
      ['epochs', true],
    ] as const
  ).entries()) {
    tell(i, 2);
    const { table, dictionary } = runsAsTable(store, runs, { format, tidy });
    files[`${name}.${format}`] = table;
    files[`${name}.dictionary.csv`] = dictionary;
  }
  return files;
}

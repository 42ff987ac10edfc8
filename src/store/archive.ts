/** Exports a run as one file and imports such a file again, whole or not at all. */
import { strFromU8, strToU8, unzipSync, zipSync } from 'fflate';
import { describe, NetworkSpecError } from '../shared/describe.ts';
import { InputError } from '../shared/input-error.ts';
import { storedIssue } from '../shared/issues.ts';
import { decodeSafetensors } from '../shared/safetensors.ts';
import { decodeNetworkFile } from '../shared/weights-file.ts';
import { readWhole, writeDurably } from './disk.ts';
import { archiveFormat, Manifest, manifestName } from './archive-format.ts';
import { sha256 } from './run-files.ts';
import type { Store } from './store.ts';
import type { StoredRun } from './types.ts';

/** Of the file, and of what it unpacks to. */
const maxBytes = 1024 ** 3;
/** Of the manifest: a hundred runs with thousands of epochs have less. */
const maxManifestBytes = 2 ** 27;
/** An empty list is two bytes in a file, and thirty in memory. */
const maxManifestValues = 2 ** 23;
/** What is the same thousands of times over packs to a thousandth; epochs differ, even a dead network's. What is small may pack as it likes. */
const maxRatio = 500;
const freeBytes = 2 ** 20;

const kinds = ['weights', 'activity'] as const;
type Contents = Record<(typeof kinds)[number], Uint8Array>;
const entryName = (kind: (typeof kinds)[number]) => `${kind}.safetensors`;

/** Throws an InputError when the run has not finished. */
export function exportRun(store: Store, run: StoredRun, path: string): void {
  writeDurably(path, archiveOf(store, run));
}

/** The content of an exported run's file. Throws an InputError when the run has not finished. */
export function archiveOf(store: Store, run: StoredRun): Uint8Array {
  if (run.status !== 'finished') throw new InputError(`run ${run.id} is ${run.status}; only finished runs can be exported`);
  const files = kinds.map((kind) => {
    const file = store.files.find(run.id, kind);
    if (!file) throw new InputError(`run ${run.id} was imported as the parent of another run and has no ${kind} to export`);
    return { kind, bytes: file.bytes, sha256: file.sha256, content: store.files.read(file) };
  });
  const manifest: Manifest = {
    format: archiveFormat,
    dataset: store.dataset(run.dataset),
    runs: lineage(store, run).map((member) => ({
      run: { ...member, study: null, status: 'finished', error: null },
      epochs: store.results.epochs(member.id),
      result: store.results.final(member.id)!,
    })),
    files: files.map(({ kind, bytes, sha256 }) => ({ kind, bytes, sha256 })),
  };
  // Weights hardly compress, so they are stored as they are.
  const entries = Object.fromEntries(files.map(({ kind, content }) => [entryName(kind), [content, { level: 0 }] as const]));
  return zipSync({ [manifestName]: strToU8(JSON.stringify(manifest)), ...entries });
}

/** At most so many values are in a text of JSON: each but the first follows a comma, or is the first in a list or an object. */
function valuesIn(text: Uint8Array): number {
  let values = 1;
  for (const byte of text) if (byte === 0x2c || byte === 0x5b || byte === 0x7b) values++;
  return values;
}

/** From the oldest ancestor to the run itself. */
function lineage(store: Store, run: StoredRun): StoredRun[] {
  return run.parent === null ? [run] : [...lineage(store, store.run(run.parent)), run];
}

/**
 * Imports a run and those it was cut from. Returns the run's id, and whether it is here only now; if it was already, nothing
 * changes. A run that has been deleted is wanted again, and so are those it was cut from.
 * Throws an InputError, and stores nothing, when anything about the file is not right.
 */
export function importRun(store: Store, path: string): { id: string; added: boolean } {
  const { manifest, contents } = readArchive(path);
  const id = manifest.runs.at(-1)!.run.id;
  for (const { run } of manifest.runs) {
    const known = store.findRun(run.id);
    if (known && known.created !== run.created)
      throw new InputError(`${path} holds a run ${run.id}, but here that is the id of another run`);
  }
  const deleted = store.notes.deleted(manifest.runs.map(({ run }) => run.id));
  // A run that came as somebody's parent is there without its files; they are added when they come.
  if (store.files.find(id, 'weights')) {
    const added = deleted.includes(id);
    if (added) store.notes.restore(deleted);
    return { id, added };
  }
  if (store.findRun(id) && store.run(id).status !== 'finished')
    throw new InputError(`run ${id} is already here and not finished; it cannot be replaced`);
  try {
    store.atomically(() => {
      add(store, manifest, contents);
      store.notes.restore(deleted);
    });
  } catch (error) {
    store.files.sweep(id);
    throw error;
  }
  return { id, added: true };
}

function add(store: Store, manifest: Manifest, contents: Contents): void {
  store.addDataset(manifest.dataset);
  for (const { run, epochs, result } of manifest.runs) {
    if (store.findRun(run.id)) continue;
    store.insertRun(run);
    for (const epoch of epochs) store.results.addEpoch(run.id, epoch);
    store.results.addResult(run.id, result);
    store.findings.renew(run.id);
  }
  const { id } = manifest.runs.at(-1)!.run;
  for (const kind of kinds) store.files.add(id, store.files.write(id, kind, contents[kind]));
}

function readArchive(path: string): { manifest: Manifest; contents: Contents } {
  const entries = unpack(path);
  const text = entries[manifestName];
  if (!text) throw new InputError(`${path} is not an exported run: it has no ${manifestName}`);
  if (valuesIn(text) > maxManifestValues) throw new InputError(`${path}: ${manifestName} holds more than ${maxManifestValues} values`);
  let json: unknown;
  try {
    json = JSON.parse(strFromU8(text));
  } catch {
    throw new InputError(`${path}: ${manifestName} is not JSON`);
  }
  const format = (json as { format?: unknown } | null)?.format;
  if (typeof format === 'number' && format > archiveFormat)
    throw new InputError(
      `${path} was exported by a newer Capscope (format ${format}; this one reads up to ${archiveFormat}); update Capscope`,
    );
  const parsed = Manifest.safeParse(json);
  if (!parsed.success) throw new InputError(`${path}: ${manifestName} is not valid: ${storedIssue(parsed.error)}`);
  const manifest = parsed.data;
  checkRuns(manifest, path);

  const content = (kind: (typeof kinds)[number]): Uint8Array => {
    const expected = manifest.files.find((file) => file.kind === kind);
    const bytes = entries[entryName(kind)];
    if (!expected || !bytes) throw new InputError(`${path} has no ${entryName(kind)}`);
    if (bytes.length !== expected.bytes || sha256(bytes) !== expected.sha256)
      throw new InputError(`${path}: ${entryName(kind)} is damaged: its SHA-256 is not the one written down at export`);
    return bytes;
  };
  const contents = { weights: content('weights'), activity: content('activity') };
  const { network } = decodeNetworkFile(contents.weights, `${path}: ${entryName('weights')}`);
  if (JSON.stringify(network) !== JSON.stringify(manifest.runs.at(-1)!.run.spec.network))
    throw new InputError(`${path}: its weights belong to another network than its run`);
  decodeSafetensors(contents.activity, `${path}: ${entryName('activity')}`);
  return { manifest, contents };
}

/** Only the three expected entries are unpacked, into memory and never under a name from the archive. */
function unpack(path: string): Record<string, Uint8Array> {
  const names = [manifestName, ...kinds.map(entryName)];
  const bytes = readWhole(path, maxBytes);
  let total = 0;
  try {
    return unzipSync(bytes, {
      filter: ({ name, size, originalSize }) => {
        if (!names.includes(name)) return false;
        total += originalSize;
        if (total > maxBytes) throw new InputError(`${path} unpacks to more than ${maxBytes} bytes, too many for a run`);
        if (originalSize > freeBytes && originalSize > maxRatio * size)
          throw new InputError(`${path}: ${name} unpacks to more than ${maxRatio} times its size, which no exported run does`);
        if (name === manifestName && originalSize > maxManifestBytes)
          throw new InputError(`${path}: ${manifestName} unpacks to more than ${maxManifestBytes} bytes, too many for a run`);
        return true;
      },
    });
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(`${path} is not an exported run: ${(error as Error).message}`, { cause: error });
  }
}

/** What the schema alone cannot say: the runs are one line of descent, and their networks can be built and have the size they claim. */
function checkRuns({ runs, dataset }: Manifest, path: string): void {
  let parent: string | null = null;
  for (const { run, epochs } of runs) {
    if (run.parent !== parent) throw new InputError(`${path}: the parent of run ${run.id} is missing`);
    if (run.dataset !== dataset.fingerprint) throw new InputError(`${path}: run ${run.id} belongs to another data set`);
    if (new Set(epochs.map(({ epoch }) => epoch)).size !== epochs.length) throw new InputError(`${path}: run ${run.id} has an epoch twice`);
    try {
      const { params, flops } = describe(run.spec.network, { ...dataset.shape, classes: dataset.classes.length });
      if (params !== run.params || flops !== run.flops)
        throw new InputError(`${path}: run ${run.id} claims ${run.params} parameters, but its network has ${params}`);
    } catch (error) {
      if (error instanceof NetworkSpecError)
        throw new InputError(`${path}: the network of run ${run.id} cannot be built: ${error.message}`);
      throw error;
    }
    parent = run.id;
  }
}

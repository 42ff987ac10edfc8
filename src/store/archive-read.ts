/** Reads a run's file as if a stranger had sent it: everything in it is checked, and its epochs are handed out one by one. */
import { describe, NetworkSpecError } from '../shared/describe.ts';
import { InputError } from '../shared/input-error.ts';
import { storedIssue } from '../shared/issues.ts';
import { EpochMetrics } from '../shared/results.ts';
import { decodeSafetensors } from '../shared/safetensors.ts';
import { decodeNetworkFile } from '../shared/weights-file.ts';
import { archiveFormat, entryName, Head, manifestName, type FileKind } from './archive-format.ts';
import { unpack } from './archive-unpack.ts';
import { cutLists } from './json-lists.ts';
import { sha256 } from './run-files.ts';

/** Of one piece: an epoch, or everything but epochs. An empty list is two bytes in a file, and thirty in memory. */
const maxValues = 2 ** 23;
const maxPieceBytes = 2 ** 26;

export interface ReadArchive {
  /** Of this run and those it was cut from, oldest first. */
  head: Head;
  contents: Record<FileKind, Uint8Array>;
  /** Of every run. */
  epochCounts: number[];
  /** Of one of the runs, in the order of the file, some at a time. Throws an InputError at the first that is not right. */
  epochs: (index: number) => Generator<EpochMetrics[]>;
}

/** Throws an InputError when anything is not right, but for epochs, which are looked at when they are asked for. */
export async function readArchive(path: string): Promise<ReadArchive> {
  const entries = await unpack(path);
  const text = entries.get(manifestName);
  if (!text) throw new InputError(`${path} is not an exported run: it has no ${manifestName}`);
  const where = `${path}: ${manifestName}`;
  const cut = cutLists(text, 'runs', 'epochs');
  if (!cut) throw new InputError(`${where} is nested more deeply than any exported run`);
  const head = headOf(cut.rest, path, where);
  const { lists } = cut;
  if (lists.length !== head.runs.length) throw new InputError(`${where} is not valid: expected one list of epochs per run`);
  checkRuns(head, path);
  return {
    head,
    contents: filesOf(head, entries, path),
    epochCounts: lists.map((list) => list.length),
    epochs: (index) => epochsOf(lists[index]!, head.runs[index]!.run.id, where),
  };
}

/** Epochs that are handed out at a time. */
const atOnce = 100;

function* epochsOf(pieces: Uint8Array[], run: string, where: string): Generator<EpochMetrics[]> {
  const seen = new Set<number>();
  for (let first = 0; first < pieces.length; first += atOnce)
    yield pieces.slice(first, first + atOnce).map((piece, i) => {
      const { data, error } = EpochMetrics.safeParse(parse(piece, where));
      if (error) throw new InputError(`${where} is not valid: epoch ${first + i + 1} of run ${run}: ${storedIssue(error)}`);
      if (seen.has(data.epoch)) throw new InputError(`${where} is not valid: run ${run} has epoch ${data.epoch} twice`);
      seen.add(data.epoch);
      return data;
    });
}

function headOf(text: Uint8Array, path: string, where: string): Head {
  const json = parse(text, where);
  const format = (json as { format?: unknown } | null)?.format;
  if (typeof format === 'number' && format > archiveFormat)
    throw new InputError(
      `${path} was exported by a newer Capscope (format ${format}; this one reads up to ${archiveFormat}); update Capscope`,
    );
  const parsed = Head.safeParse(json);
  if (!parsed.success) throw new InputError(`${where} is not valid: ${storedIssue(parsed.error)}`);
  return parsed.data;
}

function parse(piece: Uint8Array, where: string): unknown {
  if (piece.length > maxPieceBytes) throw new InputError(`${where} holds more than ${maxPieceBytes} bytes in one place`);
  if (valuesIn(piece) > maxValues) throw new InputError(`${where} holds more than ${maxValues} values in one place`);
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(piece));
  } catch {
    throw new InputError(`${where} is not JSON`);
  }
}

/** At most so many values are in a text of JSON: each but the first follows a comma, or is the first in a list or an object. */
function valuesIn(text: Uint8Array): number {
  let values = 1;
  for (const byte of text) if (byte === 0x2c || byte === 0x5b || byte === 0x7b) values++;
  return values;
}

function filesOf(head: Head, entries: Map<string, Uint8Array>, path: string): ReadArchive['contents'] {
  const content = (kind: FileKind): Uint8Array => {
    const expected = head.files.find((file) => file.kind === kind);
    const bytes = entries.get(entryName(kind));
    if (!expected || !bytes) throw new InputError(`${path} has no ${entryName(kind)}`);
    if (bytes.length !== expected.bytes || sha256(bytes) !== expected.sha256)
      throw new InputError(`${path}: ${entryName(kind)} is damaged: its SHA-256 is not the one written down at export`);
    return bytes;
  };
  const contents = { weights: content('weights'), activity: content('activity') };
  const { network } = decodeNetworkFile(contents.weights, `${path}: ${entryName('weights')}`);
  if (JSON.stringify(network) !== JSON.stringify(head.runs.at(-1)!.run.spec.network))
    throw new InputError(`${path}: its weights belong to another network than its run`);
  decodeSafetensors(contents.activity, `${path}: ${entryName('activity')}`);
  return contents;
}

/** What the schema alone cannot say: the runs are one line of descent, and their networks can be built and have the size they claim. */
function checkRuns({ runs, dataset }: Head, path: string): void {
  let parent: string | null = null;
  for (const { run } of runs) {
    if (run.parent !== parent) throw new InputError(`${path}: the parent of run ${run.id} is missing`);
    if (run.dataset !== dataset.fingerprint) throw new InputError(`${path}: run ${run.id} belongs to another data set`);
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

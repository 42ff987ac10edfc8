/** The formats that can be read, and which of them a source has. */
import { DatasetError, NoDataset } from '../errors.ts';
import { gunzipSource } from '../sources/gunzip.ts';
import { imageFolderReader } from '../images/folders.ts';
import { nameReader } from '../images/names.ts';
import { numberedReader } from '../images/numbered.ts';
import { sheetReader } from '../images/sheets.ts';
import type { Problem, RawDataset } from '../raw.ts';
import { joinSources } from '../sources/join.ts';
import { decompressed } from '../sources/compressed.ts';
import { libarchiveSource } from '../sources/libarchive.ts';
import { baseName, folderName, stem, type Source, type SourceFile } from '../sources/source.ts';
import { tarSource } from '../sources/tar.ts';
import { zipSource } from '../sources/zip.ts';
import { matReader } from './arrays/mat.ts';
import { norbReader } from './arrays/norb.ts';
import { safetensorsReader } from './arrays/safetensors.ts';
import { pickleReader } from './pickles/arrays.ts';
import { npyReader } from './arrays/npy.ts';
import { cifarBinaryReader } from './cifar/binary.ts';
import { cifarPythonReader } from './cifar/python.ts';
import { contentsOf, type Item } from './contents.ts';
import { listingReader } from './lists/listing.ts';
import { unusedTable } from './csv/unused.ts';
import { csvPixelReader } from './csv/pixels.ts';
import { jsonPixelReader } from './json/pixels.ts';
import { arrowReader } from './records/arrow.ts';
import { parquetReader } from './records/parquet.ts';
import { tfrecordReader } from './records/tfrecord.ts';
import { stl10Reader } from './stl10.ts';
import { webDatasetReader } from './webdataset.ts';
import { idxReader } from './idx-folder.ts';
import { besides, unreadBeside } from './others.ts';
import { inWantedOrder, labelReadings, orient } from './otherwise.ts';
import { checkWanted } from '../readings.ts';
import { defaultLimits, type Kind, type Reader, type ReadOptions } from './reader.ts';

/** In the order in which they are tried: the more telling a format's signs are, the earlier. */
export const readers: readonly Reader[] = [
  idxReader,
  cifarPythonReader,
  pickleReader,
  norbReader,
  npyReader,
  matReader,
  safetensorsReader,
  parquetReader,
  arrowReader,
  tfrecordReader,
  cifarBinaryReader,
  stl10Reader,
  sheetReader,
  webDatasetReader,
  listingReader,
  imageFolderReader,
  numberedReader,
  csvPixelReader,
  jsonPixelReader,
  nameReader,
];

const archives: ReadonlySet<Kind> = new Set(['zip', 'tar', 'archive']);
/** Archives in archives in archives are opened; deeper ones are made to fill a machine. */
const maxNesting = 3;
/** A data set comes in a few archives, or in the shards of WebDataset. */
const maxArchives = 4096;

/** Reads a source in whatever format it has. Throws a DatasetError, or what `signal` was aborted with. */
export async function readSource(
  source: Source,
  { limits = defaultLimits, ...options }: Partial<ReadOptions> = {},
): Promise<RawDataset & { format: string }> {
  const full = { ...options, limits };
  let place = await unpacked(source, full);
  if (source.together || (await areBundled(place, full))) place = (await openArchives(place, full)) ?? place;
  for (let nesting = 0; ; nesting++) {
    const read = await readPlace(place, full);
    if ('format' in read) return read;
    if (read.reason) throw read.reason;
    if (nesting === maxNesting) throw await tooDeep(place, full);
    const opened = await openArchives(place, full);
    if (!opened) throw await unknown(place, full);
    place = await unpacked(opened, full);
  }
}

/** The first reader that can read it does; undefined `reason`: none knows it. */
async function readPlace(
  start: Source,
  full: ReadOptions,
): Promise<(RawDataset & { format: string }) | { reason: DatasetError | undefined }> {
  const refusals: Refusal[] = [];
  let place = start;
  const order = inWantedOrder(readers, full.reading);
  for (const [i, reader] of order.entries()) {
    if (!(await reader.looksLike(place, full))) continue;
    const read = await attempt(reader, place, full);
    if (read instanceof DatasetError) {
      refusals.push({ reader, reason: read });
      // What is of this format is not to be taken for another.
      place = await without(place, reader, order.slice(i + 1), full);
      continue;
    }
    const { problems } = await contentsOf(place, full);
    const others = await besides(place, reader, order.slice(i + 1), full);
    const oriented = orient(read, full.reading);
    const closed = await closedArchives(place, reader, full);
    const labelled = await labelReadings(read, reader, place, full);
    const readings = [...(read.readings ?? []), ...labelled, ...oriented.readings];
    checkWanted(readings, full.reading, place.label);
    return {
      ...read,
      problems: [
        ...place.problems,
        ...problems,
        ...others,
        ...(await unreadBeside(place, reader, full)),
        ...closed,
        ...refusals.filter(isOfOthers(reader)).filter(isNotConsulted(read)).map(leftOut),
        ...oriented.problems,
      ],
      readings,
      format: reader.name,
    };
  }
  const best = mostTelling(refusals);
  return { reason: best && (await withUnread(best, place, full)) };
}

/** A data set that is damaged says more than files that are none; of these, more is known to the last reader of the kind, which takes any. */
function mostTelling(refusals: readonly Refusal[]): DatasetError | undefined {
  const damaged = refusals.find(({ reason }) => !(reason instanceof NoDataset));
  const [first] = refusals;
  const own = first?.reader.kinds.find((kind) => !shared.has(kind));
  return (damaged ?? refusals.findLast(({ reader: { kinds } }) => own && kinds.includes(own) && !kinds.includes('image')) ?? first)?.reason;
}

/** A reader of the same files has read them; what another saw in them does not matter. */
const isOfOthers =
  ({ kinds }: Reader) =>
  ({ reader, reason }: Refusal): boolean =>
    !(reason instanceof NoDataset && reader.kinds.every((kind) => kinds.includes(kind)));

/** What a file says of the images has been heeded, though it is no data set. */
const isNotConsulted =
  ({ consulted = [] }: RawDataset) =>
  ({ reason }: Refusal): boolean =>
    !(reason instanceof NoDataset && consulted.includes(placeOf(reason).file!));

/** Arrays in files of their own that happen to be archives, beside others that are not: one data set, unless there are images. */
async function areBundled(source: Source, options: ReadOptions): Promise<boolean> {
  const { items } = await contentsOf(source, options);
  return items.some(({ bundle }) => bundle) && !items.some(({ kind }) => kind === 'image');
}

/** Archives beside a data set, which nobody has looked into. */
async function closedArchives(source: Source, reader: Reader, options: ReadOptions): Promise<Problem[]> {
  const { items } = await contentsOf(source, options);
  const closed = items.filter(({ kind }) => archives.has(kind) && !reader.kinds.includes(kind));
  if (closed.length === 0) return [];
  const names = closed
    .slice(0, 4)
    .map(({ file }) => file.path)
    .join(', ');
  return [
    {
      file: null,
      message: `${closed.length} ${closed.length === 1 ? 'archive' : 'archives'} beside it, ${names}${closed.length > 4 ? ', …' : ''}, ${closed.length === 1 ? 'is' : 'are'} left closed; to read ${closed.length === 1 ? 'it' : 'one'}, open it alone.`,
    },
  ];
}

/** What is missing may be in a file that is known and not read. */
async function withUnread(reason: DatasetError, source: Source, options: ReadOptions): Promise<DatasetError> {
  const { items } = await contentsOf(source, options);
  if (!(reason instanceof NoDataset)) return reason;
  const place = placeOf(reason);
  const item = items.find(({ unread }) => unread);
  if (!item) {
    const list = await unusedTable(items, options, true);
    return list ? new NoDataset(place.file!, `${place.message}; ${list.item.file.path} is ${list.what}`) : reason;
  }
  const { what, instead } = item.unread!;
  return new NoDataset(place.file!, `${place.message}; ${item.file.path} is ${what}, which is not read: ${instead}`);
}

interface Refusal {
  reader: Reader;
  reason: DatasetError;
}

async function attempt(reader: Reader, source: Source, options: ReadOptions): Promise<RawDataset | DatasetError> {
  try {
    const read = await reader.read(source, options);
    checkNames(read);
    const { labels, from } = read.train;
    if (
      labels.length > 0 &&
      labels.every((label) => label === labels[0]) &&
      (read.test?.labels ?? []).every((label) => label === labels[0])
    )
      return new NoDataset(from.labels, 'all of its images are of one class; expected at least two classes');
    if (!read.test && labels.length >= 20 && new Set(labels).size === labels.length)
      return new NoDataset(
        from.labels,
        `its ${labels.length} images have a label each that no other has, so that these only number them; expected classes`,
      );
    return read;
  } catch (error) {
    if (error instanceof DatasetError) return error;
    throw error;
  }
}

/** Kinds that several formats have files of. */
const shared: ReadonlySet<Kind> = new Set(['image', 'text', 'json', 'unknown']);

async function without(source: Source, { kinds }: Reader, later: readonly Reader[], options: ReadOptions): Promise<Source> {
  const { items } = await contentsOf(source, options);
  const wanted = (kind: Kind) => later.some((reader) => reader.kinds.includes(kind));
  const own = new Set(items.filter(({ kind }) => kinds.includes(kind) && !shared.has(kind) && !wanted(kind)).map(({ file }) => file));
  return own.size === 0 ? source : { ...source, files: source.files.filter((file) => !own.has(file)) };
}

/** Strays are mentioned; what is damaged is asked about. */
const leftOut = ({ reader, reason }: Refusal): Problem =>
  reason instanceof NoDataset
    ? { file: null, message: `Left out, as no data set (${reader.name}): ${reason.message}.` }
    : { ...placeOf(reason), message: `it looked like ${reader.name} and is left out: ${placeOf(reason).message}` };

function placeOf({ message }: DatasetError): Problem {
  const end = message.indexOf(': ');
  return { file: message.slice(0, end), message: message.slice(end + 2) };
}

/** Throws a DatasetError when there are labels that the names of the classes do not reach to. */
function checkNames({ classes, train, test }: RawDataset): void {
  for (const split of test ? [train, test] : [train]) {
    const image = classes ? split.labels.findIndex((label) => label >= classes.length) : -1;
    if (image >= 0)
      throw new DatasetError(
        split.from.labels,
        `the label of image ${image} is ${split.labels[image]!}, but there are names for ${classes!.length} classes only`,
      );
  }
}

/** The same source with its archives opened; undefined when there are none. */
async function openArchives(source: Source, options: ReadOptions): Promise<Source | undefined> {
  const { items } = await contentsOf(source, options);
  const found = items.filter(({ kind }) => archives.has(kind));
  if (found.length === 0) return undefined;
  if (found.length > maxArchives)
    throw new DatasetError(source.label, `it holds ${found.length} archives; expected at most ${maxArchives}`);
  const alone = source.files.length === 1;
  const parts: { folder: string; source: Source }[] = [];
  for (const { file, kind, gzip } of found) {
    options.onProgress?.({ stage: 'listing files', done: parts.length, total: found.length });
    const opened = await openArchive(kind, gzip && kind !== 'tar' ? gunzipSource(file, options.limits.fileBytes) : file, gzip, options);
    if (alone) return { ...opened, problems: [...source.problems, ...opened.problems] };
    // Two archives that were given together must not mix: each is a folder of its own.
    parts.push({ folder: [folderName(file.path), stem(file.path)].filter(Boolean).join('/'), source: opened });
  }
  const rest = new Set(found.map(({ file }) => file));
  parts.unshift({ folder: '', source: { ...source, files: source.files.filter((file) => !rest.has(file)) } });
  return joinSources(source, parts);
}

function openArchive(kind: Kind, file: SourceFile, gzip: boolean, { signal }: ReadOptions): Promise<Source> {
  if (kind === 'zip') return zipSource(file, signal);
  return kind === 'tar' ? tarSource(file, gzip, signal) : libarchiveSource(file, signal);
}

/** The same source with files decompressed that are compressed as a whole. */
async function unpacked(source: Source, options: ReadOptions): Promise<Source> {
  const { items } = await contentsOf(source, options);
  const compressed = new Map(items.flatMap(({ file, compression }) => (compression ? [[file, compression] as const] : [])));
  return compressed.size > 0 ? decompressed(source, compressed) : source;
}

async function tooDeep(place: Source, options: ReadOptions): Promise<DatasetError> {
  const { items } = await contentsOf(place, options);
  if (!items.some(({ kind }) => archives.has(kind))) return unknown(place, options);
  return new DatasetError(place.label, `archives in archives are opened ${maxNesting} deep, and it holds a further one; expected files`);
}

/** What is said when no format fits. */
async function unknown(source: Source, options: ReadOptions): Promise<DatasetError> {
  const { items, problems } = await contentsOf(source, options);
  const [problem] = [...problems, ...source.problems];
  if (problem && items.length <= 1)
    return new DatasetError(
      source.label,
      problem.file === source.label ? problem.message : `${problem.file === null ? '' : `${baseName(problem.file)}: `}${problem.message}`,
    );
  const words: Partial<Record<Kind, string>> = { text: 'text', json: 'JSON', zip: 'ZIP', tar: 'TAR', unknown: 'an unknown kind' };
  const kindOf = ({ kind, unread }: Item) => (unread ? unread.what : (words[kind] ?? kind));
  const counts = Map.groupBy(items, kindOf);
  const found = [...counts].map(([kind, of]) => `${of.length} of ${kind}`).join(', ');
  const unread = items.find((item) => item.unread);
  if (unread) {
    const { what, instead } = unread.unread!;
    const inside = items.length === 1 ? 'it is' : `${baseName(unread.file.path)} is`;
    return new DatasetError(source.label, `${inside} ${what}, which is not read; ${instead}`);
  }
  const table = await unusedTable(items, options);
  if (table) return new DatasetError(source.label, `${items.length === 1 ? 'it' : table.item.file.path} is ${table.what}`);
  const what =
    items.length === 0
      ? 'it holds no files'
      : items.length === 1
        ? `it is ${(await items[0]!.file.size()) === 0 ? 'empty' : items[0]!.kind === 'unknown' ? 'of no known format' : `a file of ${found.slice(5)}`} and no data set`
        : `none of its ${items.length} files (${found}) is a data set`;
  return new DatasetError(
    source.label,
    `${what}; expected image folders, lists of images, IDX, CIFAR, NumPy, MATLAB, HDF5, PyTorch, safetensors, Parquet, Arrow, TFRecord, CSV of pixels, or an archive of these`,
  );
}

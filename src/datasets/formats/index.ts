/** The formats that can be read, and which of them a source has. */
import { DatasetError, NoDataset } from '../errors.ts';
import { gunzipSource } from '../sources/gunzip.ts';
import { imageFolderReader } from '../images/folders.ts';
import { sheetReader } from '../images/sheets.ts';
import type { Problem, RawDataset } from '../raw.ts';
import { joinSources } from '../sources/join.ts';
import { baseName, folderName, stem, type Source } from '../sources/source.ts';
import { tarSource } from '../sources/tar.ts';
import { zipSource } from '../sources/zip.ts';
import { matReader } from './arrays/mat.ts';
import { norbReader } from './arrays/norb.ts';
import { npyReader } from './arrays/npy.ts';
import { cifarBinaryReader } from './cifar/binary.ts';
import { cifarPythonReader } from './cifar/python.ts';
import { contentsOf } from './contents.ts';
import { csvListingReader } from './csv/listing.ts';
import { csvPixelReader } from './csv/pixels.ts';
import { idxReader } from './idx-folder.ts';
import { besides } from './others.ts';
import { defaultLimits, type Kind, type Reader, type ReadOptions } from './reader.ts';

/** In the order in which they are tried: the more telling a format's signs are, the earlier. */
export const readers: readonly Reader[] = [
  idxReader,
  cifarPythonReader,
  norbReader,
  npyReader,
  matReader,
  cifarBinaryReader,
  sheetReader,
  csvListingReader,
  imageFolderReader,
  csvPixelReader,
];

/** Archives in archives: a ZIP of a TAR is opened, what is in there once more is not. */
const maxNesting = 2;
/** A data set comes in a few archives. */
const maxArchives = 64;

/** Reads a source in whatever format it has. Throws a DatasetError, or what `signal` was aborted with. */
export async function readSource(
  source: Source,
  { limits = defaultLimits, ...options }: Partial<ReadOptions> = {},
): Promise<RawDataset & { format: string }> {
  const full = { ...options, limits };
  let place = (source.together && (await openArchives(source, full))) || source;
  for (let nesting = 0; ; nesting++) {
    const refusals: Refusal[] = [];
    for (const [i, reader] of readers.entries()) {
      if (!(await reader.looksLike(place, full))) continue;
      const read = await attempt(reader, place, full);
      if (read instanceof DatasetError) {
        refusals.push({ reader, reason: read });
        // What is of this format is not to be taken for another.
        place = await without(place, reader, full);
        continue;
      }
      const { problems } = await contentsOf(place, full);
      const others = await besides(place, reader, readers.slice(i + 1), full);
      const refused = refusals.map(leftOut);
      return { ...read, problems: [...place.problems, ...problems, ...others, ...refused, ...read.problems], format: reader.name };
    }
    // A data set that is damaged says more than files that are none.
    const best = refusals.find(({ reason }) => !(reason instanceof NoDataset)) ?? refusals[0];
    if (best) throw best.reason;
    const opened = nesting < maxNesting ? await openArchives(place, full) : undefined;
    if (!opened) throw await unknown(place, full);
    place = opened;
  }
}

interface Refusal {
  reader: Reader;
  reason: DatasetError;
}

async function attempt(reader: Reader, source: Source, options: ReadOptions): Promise<RawDataset | DatasetError> {
  try {
    const read = await reader.read(source, options);
    checkNames(read);
    return read;
  } catch (error) {
    if (error instanceof DatasetError) return error;
    throw error;
  }
}

/** Kinds that several formats have files of. */
const shared: ReadonlySet<Kind> = new Set(['image', 'text', 'json', 'unknown']);

async function without(source: Source, { kinds }: Reader, options: ReadOptions): Promise<Source> {
  const { items } = await contentsOf(source, options);
  const own = new Set(items.filter(({ kind }) => kinds.includes(kind) && !shared.has(kind)).map(({ file }) => file));
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
  const archives = items.filter(({ kind }) => kind === 'zip' || kind === 'tar');
  if (archives.length === 0) return undefined;
  if (archives.length > maxArchives)
    throw new DatasetError(source.label, `it holds ${archives.length} archives; expected at most ${maxArchives}`);
  const alone = source.files.length === 1;
  const parts: { folder: string; source: Source }[] = [];
  for (const { file, kind, gzip } of archives) {
    options.onProgress?.({ stage: 'listing files', done: parts.length, total: archives.length });
    const opened =
      kind === 'zip'
        ? await zipSource(gzip ? gunzipSource(file, options.limits.fileBytes) : file, options.signal)
        : await tarSource(file, gzip, options.signal);
    if (alone) return { ...opened, problems: [...source.problems, ...opened.problems] };
    // Two archives that were given together must not mix: each is a folder of its own.
    parts.push({ folder: [folderName(file.path), stem(file.path)].filter(Boolean).join('/'), source: opened });
  }
  const rest = new Set(archives.map(({ file }) => file));
  parts.unshift({ folder: '', source: { ...source, files: source.files.filter((file) => !rest.has(file)) } });
  return joinSources(source, parts);
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
  const counts = Map.groupBy(items, ({ kind }) => words[kind] ?? kind);
  const found = [...counts].map(([kind, of]) => `${of.length} of ${kind}`).join(', ');
  const what =
    items.length === 0
      ? 'it holds no files'
      : items.length === 1
        ? `it is ${items[0]!.kind === 'unknown' ? 'of no known format' : `a file of ${found.slice(5)}`} and no data set`
        : `none of its ${items.length} files (${found}) is a data set`;
  return new DatasetError(
    source.label,
    `${what}; expected IDX, CIFAR batches, NumPy, MATLAB or HDF5 arrays, PNG sheets, image folders, CSV, or an archive of these`,
  );
}

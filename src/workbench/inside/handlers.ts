/** Looking into networks, as pages ask for it. */
import type { Argument, FoundImages, Handlers } from '../../shared/contract/index.ts';
import { InputError } from '../../shared/input-error.ts';
import type { InsideQuestion } from '../../shared/inside/question.ts';
import { decodeWeights } from '../../shared/safetensors.ts';
import type { EngineChoice } from '../../shared/trainer-protocol.ts';
import { longestClasses } from '../../shared/ties.ts';
import { keepNames, namesOf } from '../../store/dimension-names.ts';
import type { StoredFile } from '../../store/run-files.ts';
import type { Store } from '../../store/store.ts';
import type { StoredRun } from '../../store/types.ts';
import type { BesideContext } from '../beside-queue.ts';
import type { Library } from '../datasets/library.ts';
import type { Host } from '../host.ts';
import { mustBePermitted } from '../permitted.ts';
import { addDecoder } from './decoder.ts';
import { decoderRuns, insideTask, networkFile } from './opened.ts';
import { InsideJobs } from './jobs.ts';
import { Sessions } from './sessions.ts';

interface InsideContext {
  store: Store;
  host: Pick<Host, 'mayRead' | 'named'>;
  library: Library;
  sessions: Sessions;
  jobs: InsideJobs;
  enqueue: Enqueue;
}

/** Puts runs that have been added into the queue, and answers their ids. */
type Enqueue = (runs: StoredRun[]) => string[];

export interface Inside {
  handlers: (enqueue: Enqueue) => InsideHandlers;
  close: () => void;
}

/** @param choice of an engine by its name. */
export function openInside(
  context: BesideContext & Pick<InsideContext, 'host'>,
  library: Library,
  choice: (name: 'wasm') => EngineChoice,
): Inside {
  const { store, host } = context;
  // Every network can be looked into on WebAssembly, and one image is answered sooner there than on a graphics card.
  const sessions = new Sessions({ host: context.host, engine: () => choice('wasm') });
  const jobs = new InsideJobs(context);
  const close = () => {
    sessions.close();
    jobs.close();
  };
  return { handlers: (enqueue) => insideHandlers({ store, host, library, sessions, jobs, enqueue }), close };
}

type InsideHandlers = Pick<Handlers, Extract<keyof Handlers, `inside.${string}`>>;

function insideHandlers(context: InsideContext): InsideHandlers {
  const { store, library, sessions, jobs, enqueue } = context;
  return {
    'inside.look': async ({ run, image }) => {
      const opened = networkFile(store, run);
      const question = { kind: 'look', image: await imageOf(context, run, image) } as const;
      return (await sessions.ask(keyOf(opened), () => insideTask(store, run, opened), question)).look;
    },
    'inside.draw': async ({ run, ...asked }) => {
      const opened = networkFile(store, run);
      return (await sessions.ask(keyOf(opened), () => insideTask(store, run, opened), { kind: 'draw', ...asked })).drawings;
    },
    'inside.images': (search) => foundImages(context, search),
    'inside.atlas': ({ task, run }) => jobs.atlas(task, run),
    'inside.robustness': ({ task, run, ...wanted }) => jobs.robustness(task, run, wanted),
    'inside.cancel': ({ task }) => {
      jobs.cancel(task);
      return null;
    },
    'inside.trainDecoder': ({ run, epochs }) => {
      library.sourceOf(store.run(run).dataset);
      const [known] = decoderRuns(store, run);
      return known?.id ?? enqueue([addDecoder(store, run, epochs)])[0]!;
    },
    'inside.names': ({ run }) => {
      store.mustHave([run]);
      return namesOf(store, run);
    },
    'inside.name': ({ run, class: label, dimension, name }) => {
      store.mustHave([run]);
      const others = Object.entries(namesOf(store, run)).filter(([of]) => of !== `${label}.${dimension}`);
      const names = Object.fromEntries(name === '' ? others : [...others, [`${label}.${dimension}`, name]]);
      keepNames(store, run, names);
      return names;
    },
  };
}

/** Every checkpoint has a name of its own. */
const keyOf = ({ path, sha256 }: StoredFile): string => `${path} ${sha256}`;

async function imageOf(
  { store, host, library }: InsideContext,
  run: string,
  image: Argument<'inside.look'>['image'],
): Promise<Extract<InsideQuestion, { kind: 'look' }>['image']> {
  if ('file' in image) mustBePermitted(host, [image.file]);
  if (!('split' in image)) return image;
  const [found] = await library.images(store.run(run).dataset, image.split, [image.index]);
  return { pixels: found!.pixels };
}

async function foundImages(
  { store, library }: InsideContext,
  { run, wrong, class: wanted, from, count }: Required<Argument<'inside.images'>>,
): Promise<FoundImages> {
  const labels = await library.testLabels(store.run(run).dataset);
  const read = readBy(store, run, labels.length);
  if (wrong && !read) throw new InputError('which images are read wrongly is known when the run has finished');
  const found: number[] = [];
  for (const [i, label] of labels.entries()) if ((wanted === null || label === wanted) && !(wrong && read![i] === label)) found.push(i);
  const indices = found.slice(from, from + count);
  const at = (values: Uint16Array) => Uint16Array.from(indices, (i) => values[i]!);
  return { total: found.length, indices, labels: at(labels), read: read && at(read) };
}

/** The first of the longest classes of every test image. */
function readBy({ files }: Store, run: string, images: number): Uint16Array | null {
  const file = files.find(run, 'activity');
  const lengths = file ? decodeWeights(files.read(file), files.path(file)).weights.get('classes') : undefined;
  if (!lengths) return null;
  const [count, classes] = lengths.shape as [number, number];
  if (count !== images) throw new InputError('the images of the data set are not those that this run was tested on');
  return Uint16Array.from({ length: count }, (_, i) => longestClasses(lengths.data.subarray(i * classes, (i + 1) * classes))[0]!);
}

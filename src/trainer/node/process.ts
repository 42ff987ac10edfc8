/** Entry of a trainer process: does the one task that it is given and tells the workbench of everything as it happens. */
import { pathToFileURL } from 'node:url';
import { readKept } from '../../datasets/kept.ts';
import { loadDataset, SAMPLE } from '../../datasets/load.ts';
import type { Engine } from '../../engine/engine.ts';
import { JobStopped } from '../../engine/jobs/io.ts';
import { measureSpeed } from '../../engine/jobs/measure.ts';
import { scoreLayers } from '../../engine/jobs/prune.ts';
import { run } from '../../engine/jobs/run.ts';
import type { Dataset } from '../../shared/dataset.ts';
import type { EngineReport } from '../../shared/engines.ts';
import { InputError } from '../../shared/input-error.ts';
import type { DatasetSource, EngineChoice, ScoreTask, ToTrainer } from '../../shared/trainer-protocol.ts';
import type { RunJob } from '../../shared/run-job.ts';
import { decodeNetworkFile } from '../../shared/weights-file.ts';
import { startEngine } from './engine.ts';
import { nodeHost } from './host.ts';
import { parentOf } from './parent.ts';
import { StepCurve } from './step-curve.ts';

const { post, onMessage } = parentOf(process);
let stopRequested = false;
const shouldStop = () => stopRequested;

// Ctrl-C in a terminal reaches the trainer too; the workbench decides what becomes of it, and has it saved.
process.on('SIGINT', () => undefined);

onMessage((message) => {
  if (message.type === 'stop') stopRequested = true;
  else void perform(message);
});

async function perform(message: Exclude<ToTrainer, { type: 'stop' }>): Promise<void> {
  try {
    if (message.type === 'probe') {
      post({ type: 'probed', report: await probe(message.engine, message.measure) });
      return;
    }
    const dataset = await load(message.dataset, message.engine.resources);
    const engine = await start(message.engine);
    if (message.type === 'run') await train(message.job, dataset, engine);
    else await score(message.task, dataset, engine);
  } catch (error) {
    if (error instanceof JobStopped) post({ type: 'stopped', checkpoint: null });
    else post({ type: 'failed', message: error instanceof InputError ? error.message : ((error as Error).stack ?? String(error)) });
  }
}

async function load({ path, name, fingerprint }: DatasetSource, resources: string): Promise<Dataset> {
  const dataset = path === null ? await loadDataset(SAMPLE, { resources }) : await readKept(path, { checked: true });
  if (dataset.fingerprint !== fingerprint)
    throw new InputError(`the images of ${name} are not those that it was opened with; open it again`);
  return { ...dataset, name };
}

async function start(choice: EngineChoice): Promise<Engine> {
  const engine = await engineOf(choice);
  const { name, device, description, versions } = engine;
  post({ type: 'engine', name, device, description, versions });
  return engine;
}

async function engineOf({ name, threads, kernels, tensorflow }: EngineChoice): Promise<Engine> {
  try {
    return await startEngine({
      engine: name,
      kernels: pathToFileURL(`${kernels}/`),
      tensorflow,
      ...(threads === null ? {} : { threads }),
    });
  } catch (error) {
    if (error instanceof InputError) throw new InputError(`the engine ${name} cannot be used: ${error.message}`, { cause: error });
    throw error;
  }
}

async function probe(choice: EngineChoice, measure: boolean): Promise<EngineReport> {
  const { name } = choice;
  try {
    const engine = await engineOf(choice);
    const { device, description } = engine;
    const imagesPerSecond = measure ? ((await measureSpeed(engine, nodeHost()))?.imagesPerSecond ?? null) : null;
    return { name, device, description, imagesPerSecond, unavailable: null };
  } catch (error) {
    const cause = (error as Error).cause instanceof InputError ? ((error as Error).cause as InputError) : (error as Error);
    return { name, device: null, description: null, imagesPerSecond: null, unavailable: cause.message.split('\n')[0]! };
  }
}

async function train(job: RunJob, dataset: Dataset, engine: Engine): Promise<void> {
  const host = nodeHost();
  const curve = new StepCurve((point, progress) => post({ type: 'step', point, progress }));
  await run(job, dataset, engine, {
    ...host,
    shouldStop,
    onStage: (stage) => post({ type: 'stage', stage }),
    onCut: (cut) => post({ type: 'cut', cut }),
    onStep: (progress) => {
      host.sample();
      curve.add(progress, host.now());
    },
    onEpoch: (metrics, checkpoint) => post({ type: 'epoch', metrics, checkpoint }),
    onStop: (checkpoint) => post({ type: 'stopped', checkpoint }),
    onFinish: (finished) => post({ type: 'finished', finished }),
  });
}

async function score({ weights: file, pruning, seed }: ScoreTask, dataset: Dataset, engine: Engine): Promise<void> {
  const { network, weights } = decodeNetworkFile(file, 'the weights of the run');
  let done = 0;
  const scores = await scoreLayers({ network, weights, pruning, seed }, dataset, engine, {
    // Asked before every batch.
    shouldStop: () => {
      post({ type: 'scoring', done: done++, total: pruning.batches });
      return stopRequested;
    },
  });
  post({ type: 'scored', scores: Object.fromEntries(scores) });
}

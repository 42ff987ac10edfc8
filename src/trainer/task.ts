/** The one task that a trainer is given, wherever it runs: does it and tells the workbench of everything as it happens. */
import { probe as probeNetwork } from '../engine/analysis/probe.ts';
import type { Engine } from '../engine/engine.ts';
import { JobStopped } from '../engine/io.ts';
import { atlas } from '../engine/jobs/atlas.ts';
import { measureSpeed } from '../engine/jobs/measure.ts';
import { judgeLayers } from '../engine/jobs/prune.ts';
import { robustness } from '../engine/jobs/robustness.ts';
import { run } from '../engine/jobs/run.ts';
import { tryCuts } from '../engine/jobs/trial.ts';
import { holdOut } from '../engine/training/validation.ts';
import type { Dataset } from '../shared/dataset.ts';
import type { EngineReport } from '../shared/engines.ts';
import { InputError } from '../shared/input-error.ts';
import type { RunJob } from '../shared/run-job.ts';
import type { AtlasTask, ForecastTask, InsideTask, RobustnessTask, ScoreTask, TrialTask } from '../shared/trainer-protocol.ts';
import { decodeNetworkFile } from '../shared/weights-file.ts';
import { answerQuestions } from './inside.ts';
import type { TrainerHost } from './trainer-host.ts';
import { StepCurve } from './step-curve.ts';

export type Task =
  | { type: 'run'; job: RunJob; dataset: () => Promise<Dataset> }
  | { type: 'score'; task: ScoreTask; dataset: () => Promise<Dataset> }
  | { type: 'try'; task: TrialTask; dataset: () => Promise<Dataset> }
  | { type: 'forecast'; task: ForecastTask; dataset: () => Promise<Dataset> }
  | { type: 'atlas'; task: AtlasTask; dataset: () => Promise<Dataset> }
  | { type: 'robustness'; task: RobustnessTask; dataset: () => Promise<Dataset> }
  | { type: 'inside'; task: InsideTask }
  | { type: 'probe'; measure: boolean };

/** Never rejects: what goes wrong is told as the task's last message. */
export async function perform(task: Task, host: TrainerHost): Promise<void> {
  const { post } = host;
  try {
    if (task.type === 'probe') {
      post({ type: 'probed', report: await probe(host, task.measure) });
      return;
    }
    if (task.type === 'inside') {
      await answerQuestions(task.task, await start(host), host);
      return;
    }
    const dataset = await task.dataset();
    const engine = await start(host);
    if (task.type === 'run') await train(task.job, dataset, engine, host);
    else if (task.type === 'score') await score(task.task, dataset, engine, host);
    else if (task.type === 'try') await tryOut(task.task, dataset, engine, host);
    else if (task.type === 'atlas') await makeAtlas(task.task, dataset, engine, host);
    else if (task.type === 'robustness') await disturbMore(task.task, dataset, engine, host);
    else post({ type: 'forecasted', probe: await probeNetwork(task.task.network, dataset, engine.kernels, task.task.options, host) });
  } catch (error) {
    if (error instanceof JobStopped) post({ type: 'stopped', checkpoint: null });
    else post({ type: 'failed', message: error instanceof InputError ? error.message : ((error as Error).stack ?? String(error)) });
  }
}

async function start({ engine: wanted, startEngine, post }: TrainerHost): Promise<Engine> {
  try {
    const engine = await startEngine();
    const { name, device, description, versions } = engine;
    post({ type: 'engine', name, device, description, versions });
    return engine;
  } catch (error) {
    if (error instanceof InputError) throw new InputError(`the engine ${wanted} cannot be used: ${error.message}`, { cause: error });
    throw error;
  }
}

async function probe({ engine: name, startEngine, ...host }: TrainerHost, measure: boolean): Promise<EngineReport> {
  try {
    const engine = await startEngine();
    const { device, description } = engine;
    const imagesPerSecond = measure ? ((await measureSpeed(engine, host))?.imagesPerSecond ?? null) : null;
    return { name, device, description, imagesPerSecond, unavailable: null };
  } catch (error) {
    return { name, device: null, description: null, imagesPerSecond: null, unavailable: (error as Error).message.split('\n')[0]! };
  }
}

async function train(job: RunJob, dataset: Dataset, engine: Engine, host: TrainerHost): Promise<void> {
  const { post } = host;
  const curve = new StepCurve((point, progress) => post({ type: 'step', point, progress }));
  await run(job, dataset, engine, {
    ...host,
    onStage: (stage) => post({ type: 'stage', stage }),
    onCut: (cut) => post({ type: 'cut', cut }),
    onStep: (progress) => {
      host.sample();
      curve.add(progress, host.now());
    },
    onEpoch: (metrics, checkpoint) => {
      post({ type: 'epoch', metrics, checkpoint });
      // Else epochs pile up while they cannot be kept, as on a full disk, and are lost with the process.
      return host.kept();
    },
    onStop: (checkpoint) => post({ type: 'stopped', checkpoint }),
    onFinish: (finished) => post({ type: 'finished', finished }),
  });
}

async function score(
  { weights: file, pruning, seeds, validation }: ScoreTask,
  dataset: Dataset,
  engine: Engine,
  host: TrainerHost,
): Promise<void> {
  const { network, weights } = decodeNetworkFile(file, 'the weights of the run');
  let done = 0;
  const { scores, maps } = await judgeLayers({ network, weights, pruning, seeds }, holdOut(dataset, validation), engine, {
    // Asked before every batch.
    shouldStop: () => {
      host.post({ type: 'scoring', done: done++, total: pruning.batches });
      return host.shouldStop();
    },
  });
  host.post({ type: 'scored', scores: Object.fromEntries(scores), maps });
}

async function tryOut({ weights: file, scores, ...task }: TrialTask, dataset: Dataset, engine: Engine, host: TrainerHost): Promise<void> {
  const { network, weights } = decodeNetworkFile(file, 'the weights of the run');
  const job = { ...task, network, weights, scores: new Map(Object.entries(scores)) };
  await tryCuts(job, dataset, engine, host, (cut, left) => host.post({ type: 'tried', cut, ...left }));
  host.post({ type: 'all-tried' });
}

async function makeAtlas({ weights, ...task }: AtlasTask, dataset: Dataset, engine: Engine, host: TrainerHost): Promise<void> {
  const network = decodeNetworkFile(weights, 'the weights of the run');
  const made = await atlas({ ...task, network }, dataset, engine, {
    shouldStop: () => host.shouldStop(),
    onProgress: (done, total) => host.post({ type: 'looking', done, total }),
  });
  host.post({ type: 'atlas', atlas: made });
}

async function disturbMore({ weights, ...task }: RobustnessTask, dataset: Dataset, engine: Engine, host: TrainerHost): Promise<void> {
  const network = decodeNetworkFile(weights, 'the weights of the run');
  await robustness({ ...task, network }, dataset, engine, host, (point) => host.post({ type: 'robust', point }));
  host.post({ type: 'all-robust' });
}

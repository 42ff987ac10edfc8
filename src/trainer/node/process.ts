/** Entry of a trainer process: does the one task that it is given. */
import { pathToFileURL } from 'node:url';
import { readKept } from '../../datasets/kept.ts';
import { preparedFile } from '../../datasets/preparation/one-image.ts';
import { loadDataset, SAMPLE } from '../../datasets/load.ts';
import type { Engine } from '../../engine/engine.ts';
import type { Dataset } from '../../shared/dataset.ts';
import { InputError } from '../../shared/input-error.ts';
import type { DatasetSource, EngineChoice, ToTrainer } from '../../shared/trainer-protocol.ts';
import { Orders } from '../orders.ts';
import { perform, type Task } from '../task.ts';
import { startEngine } from './engine.ts';
import { nodeHost } from './host.ts';
import { parentOf } from './parent.ts';

const { post, onMessage } = parentOf(process);
const orders = new Orders();

// Ctrl-C in a terminal reaches the trainer too, and so does what a batch system or a service manager sends to all processes of a job;
// the workbench decides what becomes of it, and has it saved. Electron has no other way to end a process.
const ignored = ['SIGINT', ...('parentPort' in process ? [] : (['SIGTERM', 'SIGUSR1'] as const))] as const;
for (const signal of ignored) process.on(signal, () => undefined);

onMessage((message) => {
  if (message.type === 'stop' || message.type === 'kept' || message.type === 'question') orders.take(message);
  else
    void perform(taskOf(message), {
      ...nodeHost(),
      engine: message.engine.name,
      startEngine: () => engineOf(message.engine),
      shouldStop: () => orders.stopRequested,
      post,
      kept: () => orders.kept(),
      nextQuestion: () => orders.nextQuestion(),
      preparedFile,
    });
});

function taskOf(message: Exclude<ToTrainer, { type: 'stop' | 'kept' | 'question' }>): Task {
  if (message.type === 'probe' || message.type === 'inside') return message;
  return { ...message, dataset: () => load(message.dataset, message.engine.resources) };
}

async function load({ path, name, fingerprint }: DatasetSource, resources: string): Promise<Dataset> {
  const dataset = path === null ? await loadDataset(SAMPLE, { resources }) : await readKept(path, { checked: true });
  if (dataset.fingerprint !== fingerprint)
    throw new InputError(`the images of ${name} are not those that it was opened with; open it again`);
  return { ...dataset, name };
}

function engineOf({ name, threads, hands, kernels, tensorflow }: EngineChoice): Promise<Engine> {
  const given = { ...(threads === null ? {} : { threads }), ...(hands === null ? {} : { hands }) };
  return startEngine({ engine: name, kernels: pathToFileURL(`${kernels}/`), tensorflow, ...given });
}

/** What a trainer says of its run: what of it is kept in the store, and what is told of it. */
import manifest from '../../../package.json' with { type: 'json' };
import type { CurrentJob } from '../../shared/contract/index.ts';
import type { FromTrainer } from '../../shared/trainer-protocol.ts';
import type { Store } from '../../store/store.ts';
import type { TrainerProcess } from '../host.ts';
import { processorHere } from '../processor.ts';
import { describeEpoch } from './sentences.ts';
import type { Teller, TellerContext } from './teller.ts';

/** A run that is being trained. */
export interface Current extends CurrentJob {
  trainer: TrainerProcess;
  /** Why it computes with what it does. */
  reason: string;
  /** Whether it waits for its epoch, or its end, to be kept. */
  unkept: boolean;
  /** Resolves when the run has ended, however it did. */
  ended: PromiseWithResolvers<void>;
}

interface Context extends TellerContext {
  tell: Teller;
  announce: () => void;
  /** How much memory its process takes is known now. */
  measured: (peakBytes: number) => void;
  end: (text?: string) => void;
}

/** One transaction, and what follows once it is done; each of the steps may be repeated. */
interface Kept {
  write: () => void;
  after: (() => void)[];
}

/** Null: there is nothing to keep of it. */
export function receive(message: FromTrainer, current: Current, context: Context): Kept | null {
  const { store, host, live, tell, announce, measured, end } = context;
  const { training, queue } = store;
  const id = current.run;
  const changed = () => tell.changed([id]);
  switch (message.type) {
    case 'engine': {
      const { name, device, description } = message;
      const versions = { capscope: manifest.version, processor: processorHere(), ...message.versions };
      return {
        write: () => training.recordEngine(id, { name, versions, device: device.name, choice: current.reason }),
        after: [
          () => {
            current.engine = description;
            tell.log(id, 'info', `Engine: ${description}. Chosen because ${current.reason}.`);
            announce();
          },
        ],
      };
    }
    case 'stage':
      if (current.stage !== 'stopping') current.stage = message.stage;
      announce();
      return null;
    case 'cut': {
      const said = `Cut to ${message.cut.params.toLocaleString('en-US')} parameters.`;
      return { write: () => training.recordCut(id, message.cut), after: [() => tell.log(id, 'info', said), changed] };
    }
    case 'step':
      current.progress = message.progress;
      live.addPoint(id, message.point);
      host.emit('step', { run: id, points: [message.point], progress: message.progress });
      return null;
    case 'epoch': {
      const { metrics, checkpoint } = message;
      current.unkept = true;
      return {
        write: () => training.recordEpoch(id, metrics, checkpoint),
        after: [
          () => {
            current.unkept = false;
            current.trainer.post({ type: 'kept' });
            tell.log(id, 'info', describeEpoch(metrics));
            host.emit('epoch', { run: id, metrics });
          },
          changed,
          () => measured(metrics.peakMemoryBytes),
        ],
      };
    }
    case 'log':
      tell.log(id, message.level, message.text);
      return null;
    case 'finished':
      current.unkept = true;
      return {
        write: () => training.recordFinish(id, message.finished),
        after: [() => queue.remove([id]), () => end('Finished.')],
      };
    case 'stopped':
      current.unkept = true;
      return {
        write: () => training.recordStop(id, message.checkpoint),
        after: [() => end(queue.list().includes(id) ? 'Paused and saved.' : 'Stopped and saved.')],
      };
    case 'failed': {
      const [write, ...after] = failing({ store, tell }, id, message.message);
      return { write, after: [...after, () => end()] };
    }
    case 'scoring':
    case 'scored':
    case 'tried':
    case 'all-tried':
    case 'forecasted':
    case 'probed':
    case 'looking':
    case 'atlas':
    case 'robust':
    case 'all-robust':
    case 'answered':
    case 'refused':
      return null;
    default:
      return message satisfies never;
  }
}

/** The steps by which a run fails and leaves the queue. */
export function failing({ store, tell }: { store: Store; tell: Teller }, id: string, message: string): [() => void, () => void] {
  const record = () => {
    store.training.recordFailure(id, message);
    store.queue.remove([id]);
  };
  return [
    () => store.atomically(record),
    () => {
      tell.notice(`Run "${store.run(id).name}" failed: ${message.split('\n')[0]!}`);
      tell.log(id, 'error', `Failed: ${message}`);
    },
  ];
}

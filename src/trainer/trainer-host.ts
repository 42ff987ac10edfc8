/** What a process or a page brings to the task that it is to do. */
import type { Engine } from '../engine/engine.ts';
import type { HostIO } from '../engine/io.ts';
import type { EngineName } from '../shared/engines.ts';
import type { FromTrainer } from '../shared/trainer-protocol.ts';
import type { SavedNetwork } from '../shared/weights-file.ts';
import type { Asked } from './orders.ts';

export interface TrainerHost extends HostIO {
  /** The engine it is to compute with. Starting it throws an InputError when it cannot be used here. */
  engine: EngineName;
  startEngine: () => Promise<Engine>;
  post: (message: FromTrainer) => void;
  /** Resolves when the workbench has kept the epoch that was posted last, or wants no more of them. */
  kept: () => Promise<void>;
  /** Null when there will be no more. */
  nextQuestion: () => Promise<Asked | null>;
  /** An image file as a network takes it. Throws an InputError. */
  preparedFile: (path: string, network: Pick<SavedNetwork, 'input' | 'preparation'>) => Promise<Uint8Array>;
  /** Looks at the memory in use, so that the peak is one. */
  sample: () => void;
}

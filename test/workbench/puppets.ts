/** Trainers in the hands of a test. */
import type { FromTrainer, ToTrainer } from '../../src/shared/trainer-protocol.ts';
import type { TrainerProcess } from '../../src/workbench/host.ts';

/** A trainer that does nothing but what a test says. */
export interface Puppet extends TrainerProcess {
  task: Extract<ToTrainer, { type: 'run' }> | null;
  killed: boolean;
  /** How many of its epochs it was told are kept. */
  kept: number;
  say: (message: FromTrainer) => void;
  die: (reason: string) => void;
}

export function puppets(): { startTrainer: () => TrainerProcess; started: Puppet[] } {
  const started: Puppet[] = [];
  return {
    started,
    startTrainer: () => {
      const puppet: Puppet = {
        task: null,
        killed: false,
        kept: 0,
        say: () => undefined,
        die: () => undefined,
        post: (message) => {
          if (message.type === 'run') puppet.task = message;
          else if (message.type === 'kept') puppet.kept++;
          else puppet.say({ type: 'stopped', checkpoint: null });
        },
        onMessage: (listener) => (puppet.say = listener),
        onExit: (listener) => (puppet.die = listener),
        kill: () => (puppet.killed = true),
      };
      started.push(puppet);
      return puppet;
    },
  };
}

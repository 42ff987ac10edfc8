/** How fast an engine trains: steps of a small fixed network on fixed noise, for about two seconds. */
import { networkOf } from '../../shared/spec/network.ts';
import { measuredNetwork } from '../../shared/speed-probe.ts';
import { randomStream } from '../../shared/random.ts';
import { TrainingSpec } from '../../shared/spec/training.ts';
import type { Engine } from '../engine.ts';
import { CapsNet } from '../network/capsnet.ts';
import { initialWeights } from '../network/initialise.ts';
import type { Batch } from '../training/batches.ts';
import { TrainingState } from '../training/training-state.ts';
import { breathe, type HostIO } from '../io.ts';

const { input } = measuredNetwork;
const network = networkOf(measuredNetwork.network);
const training = TrainingSpec.parse({ epochs: 1 });
const DURATION_MS = 2000;

export interface Speed {
  imagesPerSecond: number;
  /** Of the last step: a number, if the engine works. */
  loss: number;
}

/**
 * The first step, in which kernels may be compiled, does not count. Null for an imitated graphics card, for which
 * compiling alone takes minutes.
 */
export async function measureSpeed(engine: Engine, { now }: Pick<HostIO, 'now'>): Promise<Speed | null> {
  if (engine.device.kind === 'software') return null;
  const net = new CapsNet(network, input, engine.kernels, initialWeights(network, input, 1));
  const state = new TrainingState(net, training, { seed: 1, epoch: 0, readInterval: engine.readInterval });
  try {
    const batch = noise();
    await state.train(batch, now, true);
    const start = now();
    let steps = 0;
    do {
      await state.train(batch, now);
      steps += 1;
      await breathe();
    } while (now() - start < DURATION_MS);
    await state.settle();
    const seconds = (now() - start) / 1000;
    return { imagesPerSecond: (steps * batch.size) / seconds, loss: state.progress.loss };
  } finally {
    state.dispose();
  }
}

function noise(): Batch {
  const random = randomStream(1, 'speed');
  const size = training.batch;
  const images = Float32Array.from({ length: size * input.height * input.width }, () => random.int(0, 255) / 255);
  return { size, images, labels: Int32Array.from({ length: size }, (_, i) => i % input.classes) };
}

/** Answering what is asked about a network, one question after the other, until nobody asks any more. */
import { Inspector } from '../engine/inspection/inspector.ts';
import type { Engine } from '../engine/engine.ts';
import { InputError } from '../shared/input-error.ts';
import { openNetwork } from '../shared/inside/open-network.ts';
import type { InsideAnswer, InsideQuestion } from '../shared/inside/question.ts';
import type { InsideTask } from '../shared/trainer-protocol.ts';
import type { SavedNetwork } from '../shared/weights-file.ts';
import type { TrainerHost } from './trainer-host.ts';

export async function answerQuestions(task: InsideTask, engine: Engine, host: TrainerHost): Promise<void> {
  const network = openNetwork(task);
  const inspector = new Inspector(network, engine.kernels);
  try {
    for (let asked = await host.nextQuestion(); asked; asked = await host.nextQuestion()) {
      const { id, question } = asked;
      try {
        host.post({ type: 'answered', id, answer: await answerTo(question, network, inspector, host) });
      } catch (error) {
        if (!(error instanceof InputError)) throw error;
        host.post({ type: 'refused', id, message: error.message });
      }
    }
  } finally {
    inspector.dispose();
  }
}

async function answerTo(question: InsideQuestion, network: SavedNetwork, inspector: Inspector, host: TrainerHost): Promise<InsideAnswer> {
  if (question.kind === 'look') {
    const { image } = question;
    const pixels = 'pixels' in image ? image.pixels : await host.preparedFile(image.file, network);
    const { height, width, channels } = network.input;
    if (pixels.length !== height * width * channels)
      throw new InputError(`the image has ${pixels.length} values, but the network takes ${height} × ${width} × ${channels}`);
    return { kind: 'look', look: await inspector.look(pixels, () => host.now()) };
  }
  if (!network.network.decoder) throw new InputError('this network has no decoder, so that it cannot draw');
  const { class: label, vector, ...steps } = question;
  const { dim } = network.network.classes;
  if (label >= network.input.classes || vector.length !== dim)
    throw new InputError(`a class capsule of this network is one of ${network.input.classes} and has ${dim} dimensions`);
  return { kind: 'draw', drawings: await inspector.draw(label, vector, steps) };
}

/** The sentence with which a training ends whose loss is no longer a number, and its reading. */

export interface Divergence {
  loss: number;
  epoch: number;
  /** Of that epoch, counted from 1. */
  step: number;
}

export function divergenceText({ loss, epoch, step }: Divergence, learningRate: number): string {
  return `The loss became ${loss} in epoch ${epoch}, step ${step}; a smaller learning rate than ${learningRate} usually helps.`;
}

/** Null when a run has failed for another reason. */
export function divergenceOf(error: string): Divergence | null {
  const [, loss, epoch, step] = /The loss became (NaN|-?Infinity) in epoch (\d+), step (\d+)/.exec(error) ?? [];
  return loss === undefined ? null : { loss: Number(loss), epoch: Number(epoch), step: Number(step) };
}

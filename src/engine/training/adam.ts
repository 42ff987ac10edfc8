/**
 * Adam (Kingma & Ba 2015) as torch.optim.Adam computes it: weight decay is an L2 term added to the gradient, and ε
 * stands outside the root. tf.train.adam differs in both. With decoupled decay it is AdamW (Loshchilov & Hutter 2019) as
 * torch.optim.AdamW computes it: weights shrink beside the step, whose size the decay then has no part in.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { AdamKernel } from '../ops/kernels.ts';
import type { TrainingSpec } from '../../shared/spec/training.ts';
import type { Weights } from '../../shared/weights.ts';
import { toFileLayout, toTensorLayout } from '../network/layout.ts';
import { valuesOf } from '../ops/read-back.ts';

const BETA_1 = 0.9;
const BETA_2 = 0.999;
const EPSILON = 1e-8;

type WeightDecay = Pick<TrainingSpec, 'weightDecay' | 'weightDecayKind'>;

interface Moments {
  parameter: tf.Variable;
  first: tf.Variable;
  second: tf.Variable;
}

export class Adam {
  readonly #moments = new Map<string, Moments>();
  readonly #kernel: AdamKernel;
  #steps = 0;

  /** Trains the trainable ones of `variables` (by parameter name), with both moments at zero. */
  constructor(variables: ReadonlyMap<string, tf.Variable>, kernel: AdamKernel) {
    this.#kernel = kernel;
    for (const [name, parameter] of variables) {
      if (!parameter.trainable) continue;
      const zeros = () => tf.tidy(() => tf.variable(tf.zeros(parameter.shape), false));
      this.#moments.set(name, { parameter, first: zeros(), second: zeros() });
    }
  }

  get steps(): number {
    return this.#steps;
  }

  get parameters(): tf.Variable[] {
    return [...this.#moments.values()].map(({ parameter }) => parameter);
  }

  /** One update. `gradients` by tfjs variable name, as tf.variableGrads returns them; they stay the caller's. */
  update(gradients: tf.NamedTensorMap, learningRate: number, { weightDecay, weightDecayKind }: WeightDecay): void {
    const decoupled = weightDecayKind === 'decoupled';
    this.#steps += 1;
    this.#kernel.update(
      [...this.#moments.values()].map((moments) => ({ ...moments, gradient: gradients[moments.parameter.name]! })),
      {
        beta1: BETA_1,
        beta2: BETA_2,
        stepSize: learningRate / (1 - BETA_1 ** this.#steps),
        correction: Math.sqrt(1 - BETA_2 ** this.#steps),
        epsilon: EPSILON,
        weightDecay: decoupled ? 0 : weightDecay,
        shrinkage: decoupled ? learningRate * weightDecay : 0,
      },
    );
  }

  /** Both moments as "adam.m.<name>" and "adam.v.<name>", in stored axis order. */
  async state(): Promise<Weights> {
    const moments = [...this.#moments].flatMap(([name, { first, second }]) => [
      { key: `adam.m.${name}`, variable: first },
      { key: `adam.v.${name}`, variable: second },
    ]);
    const values = await valuesOf(moments.map(({ variable }) => variable));
    return new Map(
      moments.map(({ key, variable }, i) => [key, toFileLayout(key, { shape: [...variable.shape], data: values[i]!.slice() })]),
    );
  }

  /** Goes on from `state` after `steps` updates. Throws when a moment is missing. */
  restore(state: Weights, steps: number): void {
    this.#steps = steps;
    for (const [name, { first, second }] of this.#moments)
      for (const [prefix, variable] of [['adam.m.', first] as const, ['adam.v.', second] as const]) {
        const stored = state.get(prefix + name);
        if (!stored) throw new Error(`The checkpoint lacks the tensor ${prefix}${name}.`);
        const { shape, data } = toTensorLayout(name, stored);
        tf.tidy(() => variable.assign(tf.tensor(data, shape)));
      }
  }

  dispose(): void {
    for (const { first, second } of this.#moments.values()) tf.dispose([first, second]);
  }
}

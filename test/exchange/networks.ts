/** Ten networks of the spec, as training and pruning would leave them, to be computed elsewhere. */
import { initialWeights } from '../../src/engine/network/initialise.ts';
import { cutWeights } from '../../src/engine/pruning/surgery.ts';
import { planPruning } from '../../src/shared/pruning-plan.ts';
import { randomStream } from '../../src/shared/random.ts';
import { networkOf, NetworkSpec, type InputShape } from '../../src/shared/spec/network.ts';
import { PruningSpec } from '../../src/shared/spec/pruning.ts';
import type { SavedNetwork } from '../../src/shared/weights-file.ts';
import type { Weights } from '../../src/shared/weights.ts';

export interface Example extends SavedNetwork {
  name: string;
  weights: Weights;
}

const square = { height: 14, width: 14, channels: 1, classes: 10 };
const oblong = { height: 13, width: 9, channels: 3, classes: 4 };
const conv = (types: number, dim = 4) => ({ kind: 'conv', types, dim });
const full = (types: number, dim = 4) => ({ kind: 'full', types, dim });

const bothKinds = NetworkSpec.parse({
  backbone: [{ channels: 6, kernel: 5, stride: 2, padding: 2 }],
  primary: { types: 3, dim: 5, kernel: 2, stride: 1, padding: 1 },
  intermediate: [{ ...conv(4, 3), stride: 2, iterations: 4 }, { ...full(5, 6), iterations: 1 }, full(2, 7)],
  squash: 'sensitive',
  decoder: { hidden: [7] },
});
const remedied = NetworkSpec.parse({
  backbone: [{ channels: 6, stride: 2 }],
  primary: { types: 3, dim: 4, stride: 1 },
  intermediate: [conv(3), conv(2), conv(3), full(3), full(3)],
  initialisation: { gain: 3 },
  bias: true,
  residual: 2,
});

const whole: [string, NetworkSpec, InputShape, standardised?: boolean][] = [
  ["the paper's, smaller", networkOf({ types: 4, dim: 4, depth: 2 }), square],
  ["the paper's, with a decoder, standardised", networkOf({ types: 4, dim: 4, depth: 1, decoder: true }), square, true],
  ["the paper's, fully connected, sensitive squash", networkOf({ types: 4, dim: 4, depth: 2, kind: 'full', squash: 'sensitive' }), square],
  ['both kinds of layer on a map that is not square, in colour', bothKinds, oblong, true],
  ['capsule biases and shortcuts, of which one finds another shape', remedied, { ...square, channels: 2, classes: 4 }],
  ['neither backbone nor intermediate layer', NetworkSpec.parse({ backbone: [], primary: { types: 2, dim: 3 }, intermediate: [] }), oblong],
  [
    'a window as wide as a padded map, and eight iterations',
    NetworkSpec.parse({
      backbone: [],
      primary: { types: 2, dim: 3, kernel: 3, stride: 3 },
      intermediate: [{ ...conv(3), kernel: 3, iterations: 8 }],
      classes: { dim: 3, iterations: 8 },
    }),
    oblong,
  ],
];

const cuts: [string, NetworkSpec, InputShape, object][] = [
  [
    'pruned by types, with its capsule layers',
    bothKinds,
    oblong,
    { granularity: 'type', capsuleLayers: 'inherit', intermediate: { ratio: 0.4 } },
  ],
  ['pruned by channels, with fresh capsule layers', networkOf({ types: 4, dim: 4, depth: 2 }), square, { granularity: 'channel' }],
  ['pruned, with biases and shortcuts', remedied, square, { granularity: 'type', capsuleLayers: 'inherit' }],
];

/** As if it had been trained: batch norm and biases that do something, and capsules that do not vanish on the way up. */
function trained(spec: NetworkSpec, input: InputShape): Weights {
  const weights = initialWeights(spec, input, 5);
  const random = randomStream(11, 'exchange');
  for (const [name, { data }] of weights) {
    const gain = name.startsWith('primary') ? 4 : name.startsWith('capsules') ? 2 : name.startsWith('classes') ? 10 : 1;
    for (const i of data.keys()) {
      data[i]! *= gain;
      if (/bn\.(weight|running_var)$/.test(name)) data[i] = 0.5 + random.float();
      if (/bn\.(bias|running_mean)$/.test(name)) data[i] = 0.3 * random.normal();
    }
  }
  return weights;
}

function cut(spec: NetworkSpec, input: InputShape, settings: object): { spec: NetworkSpec; weights: Weights } {
  const weights = trained(spec, input);
  const random = randomStream(3, 'scores');
  const scores = (count: number) => Array.from({ length: count }, () => random.float());
  const plan = planPruning(
    spec,
    PruningSpec.parse({ backbone: 0.4, capsules: 0.4, ...settings }),
    new Map([
      ...spec.backbone.map(({ channels }, i) => [`backbone.${i}`, scores(channels)] as const),
      ['primary', scores(spec.primary.types * spec.primary.dim)] as const,
      ...spec.intermediate.map(({ types }, l) => [`capsules.${l}`, scores(types)] as const),
    ]),
    input,
  );
  const fresh = trained(plan.network, input);
  return { spec: plan.network, weights: cutWeights({ spec, weights, input, plan, fresh }) };
}

function saved(network: NetworkSpec, input: InputShape, standardised = false): SavedNetwork {
  const classes = Array.from({ length: input.classes }, (_, i) => `class ${i}`);
  const perChannel = (value: number) => new Array<number>(input.channels).fill(value);
  return { network, input, classes, ...(standardised && { standardisation: { mean: perChannel(0.4), deviation: perChannel(0.3) } }) };
}

export const examples = (): Example[] => [
  ...whole.map(([name, spec, input, standardised]) => ({ name, weights: trained(spec, input), ...saved(spec, input, standardised) })),
  ...cuts.map(([name, before, input, settings]) => {
    const { spec, weights } = cut(before, input, settings);
    return { name, weights, ...saved(spec, input) };
  }),
];

/** Noise that is smooth enough to be taken for images. */
export function images(count: number, { height, width, channels }: Omit<InputShape, 'classes'>, seed = 1): Uint8Array {
  const random = randomStream(seed, 'images');
  return Uint8Array.from({ length: count * height * width * channels }, () => Math.floor(256 * random.float() ** 2));
}

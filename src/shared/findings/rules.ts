/**
 * By what a run is told to be unwell, one rule per function. All of them hold of the run as it is now: what was so for some epochs
 * and is no longer, is told by the epochs.
 */
import { limitOf } from '../measures/criteria.ts';
import { real } from '../present/format.ts';
import type { RunStatus } from '../results.ts';
import type { InputShape } from '../spec/network.ts';
import type { RunSpec } from '../spec/run.ts';
import { isStuck, isUnsettled, PATIENCE } from './collapse.ts';
import { divergenceOf } from './divergence.ts';
import type { Finding } from './finding.ts';
import { gainText } from './gain.ts';
import type { LayerVitals, Vitals } from './vitals.ts';
import { layersText, sinceText } from './words.ts';

/** All that rules look at. */
export interface Observed {
  spec: RunSpec;
  input: InputShape;
  status: RunStatus;
  /** Why it failed. */
  error: string | null;
  /** In order; before the first epoch what the run began with, where that was measured. */
  vitals: readonly Vitals[];
  /** Null when some training images were held out: how many is not known here. */
  stepsPerEpoch: number | null;
}

type Rule = (observed: Observed) => Finding[];

/** Entropy that reads 1.0000: nearer to uniform than what living networks were seen to have. */
const UNIFORM = 0.99995;
/** Variation of couplings over images, as a share of that over parents, below which they are the same for all. */
const STATIC = 0.01;
/** Epochs in a row, each with less activity than the one before, that make a trend. */
const TREND = 3;
/** Epochs for which a trend is followed. */
const HORIZON = 20;

const isVanished = ({ inactive, of }: Pick<LayerVitals, 'inactive' | 'of'>): boolean => of > 0 && inactive === of;

/** Epoch from which on `holds` has held without a break until now; null when it does not now. */
function heldSince(vitals: readonly Vitals[], holds: (one: Vitals) => boolean): number | null {
  const last = vitals.findLastIndex((one) => !holds(one));
  return vitals[last + 1]?.epoch ?? null;
}

/** Names by the epoch from which on something holds of them; in order. */
function bySince(names: readonly string[], since: (name: string) => number | null): [since: number, names: string[]][] {
  const dated = names.flatMap((name) => {
    const epoch = since(name);
    return epoch === null ? [] : [{ name, epoch }];
  });
  return [...Map.groupBy(dated, ({ epoch }) => epoch)].map(([epoch, members]) => [epoch, members.map(({ name }) => name)]);
}

const trained = ({ vitals, spec }: Observed) => vitals.filter(({ epoch }) => epoch > spec.firstEpoch);

export const inactive: Rule = ({ spec, input, vitals }) => {
  const names = vitals.at(-1)?.layers.map(({ layer }) => layer) ?? [];
  const layerOf = (one: Vitals, name: string) => one.layers.find(({ layer }) => layer === name);
  const groups = bySince(names, (name) => heldSince(vitals, (one) => isVanished(layerOf(one, name) ?? { inactive: 0, of: 1 })));
  const whole = heldSince(vitals, ({ layers }) => layers.length > 0 && layers.every(isVanished));
  const last = vitals.at(-1);
  // Tested by running statistics of batch norm that a few steps have not moved far from where they started.
  const unsettled = !!last && last.trained !== null && isUnsettled(last.trained, last.margin);
  const why =
    groups.length === 0
      ? null
      : unsettled
        ? `In training the margin loss is ${real(last.trained!, 2)}: only testing shows it, because the running statistics of batch norm have not settled yet. Train longer before judging.`
        : gainText(spec.network, input);
  const found = (since: number, layer: string | null, what: string, reason: string | null): Finding => ({
    kind: 'inactive',
    severity: unsettled ? 'warning' : 'vanished',
    since,
    layer,
    text: [`${what} inactive ${sinceText(since, spec)}.`, reason].filter(Boolean).join(' '),
  });
  if (whole !== null) {
    const total = (one: Vitals, pick: (layer: LayerVitals) => number) => one.layers.reduce((sum, layer) => sum + pick(layer), 0);
    const types = total(vitals.at(-1)!, ({ of }) => of);
    const start = vitals.find(({ epoch }) => epoch === spec.firstEpoch && epoch < whole);
    const before = start ? total(start, (layer) => layer.inactive) : 0;
    const reason = [
      before > 0 ? `${before} of them were ${spec.firstEpoch === 0 ? 'before the first step' : 'when this run began'}.` : null,
      why,
    ]
      .filter(Boolean)
      .join(' ');
    return [
      found(
        whole,
        null,
        types === 1
          ? 'The one capsule type of the intermediate layers has been'
          : `All ${types} capsule types of the intermediate layers have been`,
        reason,
      ),
    ];
  }
  return groups.map(([since, layers], g) =>
    // The same reason for all, told once.
    found(since, layers[0]!, `All capsule types of ${layersText(layers, names)} have been`, g === 0 ? why : null),
  );
};

export const lossStuck: Rule = (observed) => {
  const epochs = trained(observed);
  const since = heldSince(epochs, ({ margin, trained: inTraining }) => isStuck(margin) && inTraining !== null && isStuck(inTraining));
  if (since === null || epochs.filter(({ epoch }) => epoch >= since).length < PATIENCE) return [];
  const text = `The margin loss has been stuck at 0.81 since epoch ${since}: that is 0.9², the loss when every class capsule has length 0 and all classes tie.`;
  return [{ kind: 'loss-stuck', severity: 'vanished', since, layer: null, text }];
};

export const diverged: Rule = ({ error }) => {
  const divergence = error === null ? null : divergenceOf(error);
  if (!divergence) return [];
  const { loss, epoch, step } = divergence;
  const text = `The loss became ${Number.isNaN(loss) ? 'NaN, no number,' : 'infinite'} in step ${step} of epoch ${epoch}: training cannot continue.`;
  return [{ kind: 'diverged', severity: 'warning', since: epoch, layer: null, text }];
};

export const noGradient: Rule = (observed) => {
  const epochs = trained(observed);
  const names = epochs.at(-1)?.gradients.map(({ layer }) => layer) ?? [];
  const isZero = (name: string) => (one: Vitals) => one.gradients.find(({ layer }) => layer === name)?.norm === 0;
  return bySince(names, (name) => heldSince(epochs, isZero(name))).map(([since, layers]) => {
    const step = observed.stepsPerEpoch && (since - observed.spec.firstEpoch - 1) * observed.stepsPerEpoch + 1;
    const all = layers.length === names.length;
    const who = all ? 'No layer has had any gradient' : `There has been no gradient for ${layersText(layers, names)}`;
    const text = `${who} since epoch ${since}${step ? `, step ${step} of the run` : ''}: exactly 0 in every sampled step, so ${all ? 'nothing is' : 'these weights are not'} learnt any more.`;
    return { kind: 'no-gradient', severity: 'warning', since, layer: all ? null : layers[0]!, text };
  });
};

export const falling: Rule = (observed) => {
  const epochs = trained(observed).slice(-TREND);
  const limit = limitOf(observed.spec.training.measure);
  if (epochs.length < TREND || limit === 0) return [];
  const prognoses = epochs.at(-1)!.layers.flatMap((last, l) => {
    const values = epochs.map(({ layers }) => layers[l]!.activity);
    if (isVanished(last) || last.activity <= limit) return [];
    if (values.some((value, i) => i > 0 && value >= values[i - 1]!)) return [];
    const slope = slopeOf(values.map(Math.log));
    const epochsLeft = Math.max(1, Math.round(Math.log(last.activity / limit) / -slope));
    return epochsLeft <= HORIZON ? [{ layer: last.layer, values, slope, epochsLeft }] : [];
  });
  const soonest = prognoses.sort((a, b) => a.epochsLeft - b.epochsLeft)[0];
  if (!soonest) return [];
  const { layer, values, slope, epochsLeft } = soonest;
  const text = `Activity of ${layer} is falling by about ${Math.round(100 * (1 - Math.exp(slope)))} % an epoch and is now ${real(values.at(-1)!, 3)}. At this rate it reaches the threshold of ${limit} in about ${epochsLeft} ${epochsLeft === 1 ? 'epoch' : 'epochs'}.`;
  return [{ kind: 'falling', severity: 'warning', since: epochs[0]!.epoch, layer, text }];
};

/** Of the straight line with the least squared distances. */
function slopeOf(values: number[]): number {
  const middle = (values.length - 1) / 2;
  const [above, below] = values.reduce(([sum, squares], value, i) => [sum + (i - middle) * value, squares + (i - middle) ** 2], [0, 0]);
  return above / below;
}

/** Layers that route activity in more than one iteration: where nothing comes in, couplings are uniform for that reason. */
function routingLayers({ spec, vitals }: Observed): string[] {
  const layers = vitals.at(-1)?.layers ?? [];
  const { intermediate, classes } = spec.network;
  return [...intermediate, classes].flatMap(({ iterations }, l) => {
    const output = layers[l] ?? layers.at(-1);
    return iterations > 1 && !(output && isVanished(output)) ? [l < intermediate.length ? `capsules.${l}` : 'classes'] : [];
  });
}

const couplingOf = (one: Vitals, name: string) => one.coupling.find(({ layer }) => layer === name);
const isUniform = (one: Vitals, name: string) => (couplingOf(one, name)?.entropy ?? 0) >= UNIFORM;

export const routingUniform: Rule = (observed) => {
  const names = routingLayers(observed);
  return bySince(names, (name) => heldSince(observed.vitals, (one) => isUniform(one, name))).map(([since, layers]) => ({
    kind: 'routing-uniform',
    severity: 'note',
    since,
    layer: layers[0]!,
    text: `The couplings of ${layersText(layers, names)} have been uniform ${sinceText(since, observed.spec)}, even after the last routing iteration: routing makes no difference there.`,
  }));
};

export const routingStatic: Rule = (observed) => {
  const names = routingLayers(observed);
  const holds = (name: string) => (one: Vitals) => {
    const coupling = couplingOf(one, name);
    return coupling?.betweenImages !== undefined && !isUniform(one, name) && coupling.betweenImages <= STATIC * coupling.spread;
  };
  return bySince(names, (name) => heldSince(observed.vitals, holds(name))).map(([since, layers]) => ({
    kind: 'routing-static',
    severity: 'note',
    since,
    layer: layers[0]!,
    text: `The couplings of ${layersText(layers, names)} have been the same for every image ${sinceText(since, observed.spec)}: routing does not depend on the image.`,
  }));
};

export const woken: Rule = (observed) => {
  const start = observed.vitals.find(({ epoch }) => epoch === observed.spec.firstEpoch);
  const epochs = trained(observed);
  if (!start) return [];
  const asleep = start.layers.filter(isVanished).map(({ layer }) => layer);
  const awake = (name: string) => (one: Vitals) => one.layers.some((layer) => layer.layer === name && !isVanished(layer));
  return bySince(asleep, (name) => heldSince(epochs, awake(name))).map(([since, layers]) => ({
    kind: 'woken',
    severity: 'note',
    since,
    layer: layers[0]!,
    text: `${layersText(layers, asleep)} had no active capsule type when the run began, and ${layers.length > 1 ? 'have' : 'has'} had some since epoch ${since}: training has revived ${layers.length > 1 ? 'them' : 'it'}.`,
  }));
};

export const stoppedEarly: Rule = ({ spec, status, vitals }) => {
  const last = vitals.at(-1)?.epoch;
  const planned = spec.firstEpoch + spec.training.epochs;
  if (!spec.training.stopCollapsed || status !== 'finished' || last === undefined || last >= planned) return [];
  const text = `Stopped early, after epoch ${last} of ${planned}, because it had collapsed; the accuracy it had by then counts.`;
  return [{ kind: 'stopped-early', severity: 'note', since: last, layer: null, text }];
};

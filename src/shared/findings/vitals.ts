/** The few numbers of an epoch that rules look at: kept for every epoch of a run, so that nothing larger need be. */
import { countAsMeasured } from '../inactive.ts';
import type { EpochMetrics, Evaluation, LayerCoupling, LayerGradient } from '../results.ts';
import type { MeasureSpec } from '../spec/training.ts';

export interface Vitals {
  /** Of the network's whole life; the one that the run began with is the state before its first step. */
  epoch: number;
  /** Margin losses: of the test, and mean over the steps of the epoch; before the first step there is none. */
  margin: number;
  trained: number | null;
  /** Intermediate layers from below. */
  layers: LayerVitals[];
  /** Of every layer that is trained, from below; empty before the first step. */
  gradients: Pick<LayerGradient, 'layer' | 'norm'>[];
  /** Empty where it was not measured. */
  coupling: LayerCoupling[];
}

export interface LayerVitals {
  layer: string;
  /** Capsule types, as the run itself counts them. */
  inactive: number;
  of: number;
  /** Mean over types of what is compared with the threshold. */
  activity: number;
}

export function layerVitals({ activity }: Pick<Evaluation, 'activity'>, measure: MeasureSpec): LayerVitals[] {
  return countAsMeasured(activity, measure).perLayer.map(({ layer, inactive, of, activations }) => ({
    layer,
    inactive,
    of,
    activity: activations.reduce((sum, value) => sum + value, 0) / Math.max(1, of),
  }));
}

/** One entry for the epoch, and one before it for what the run began with where that was measured. */
export function vitalsOf({ epoch, start, train, test, gradients, coupling }: EpochMetrics, measure: MeasureSpec): Vitals[] {
  const own: Vitals = {
    epoch,
    margin: test.margin,
    trained: train.margin,
    layers: layerVitals(test, measure),
    gradients: gradients.map(({ layer, norm }) => ({ layer, norm })),
    coupling: coupling ?? [],
  };
  if (!start) return [own];
  return [
    { epoch: epoch - 1, margin: start.margin, trained: null, layers: layerVitals(start, measure), gradients: [], coupling: start.coupling },
    own,
  ];
}

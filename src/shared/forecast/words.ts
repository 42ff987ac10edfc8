/** A forecast in words, for the terminal, the window and reports alike. */
import { layerName } from '../present/layer-name.ts';
import type { Basis, NetworkForecast } from './forecast.ts';
import { MARGIN, VANISHED, type Verdict } from './verdict.ts';

/** Beside the verdict wherever one is shown. */
export const verdictGlyphs: Record<Verdict, string> = { stays: '○', open: '◐', vanishes: '✕' };

/** What a verdict is from, beside it wherever one is shown. */
export const basisWords: Record<Basis, string> = {
  probe: 'on images',
  cut: 'on images, as the cut leaves it',
  law: 'by the law',
  gains: 'by gains',
  nothing: 'not measured yet',
};

const margin = `${100 * MARGIN} %`;

/** What will become of activity, and what that is known from. */
export function forecastSentence({ layers, verdict, vanishesAt, basis }: NetworkForecast): string {
  const intermediate = layers.filter(({ layer }) => layer !== 'classes');
  const last = intermediate.at(-1);
  if (!last) return 'There are no intermediate layers in which activity could vanish.';
  if (basis === 'nothing')
    return 'Shortcuts or capsule biases keep activity up, which gains do not account for. Measuring on images would tell.';
  if (basis === 'gains') {
    const said = {
      stays: 'Activity stays: the gains are above the critical ones',
      open: `It is open whether activity stays: the gains are within ${margin} of the critical ones`,
      vanishes: 'Activity vanishes given enough layers: the gains are below the critical ones',
    }[verdict];
    return `${said}. Measuring on images would tell more.`;
  }
  const lengthOf = (found: typeof last) => (basis === 'law' ? found.closedForm! : found.probe!.mean);
  const from = {
    probe: 'untrained weights on real images',
    cut: 'what the cut leaves, on real images',
    law: 'the law for one routing iteration',
  }[basis];
  const at = (found: typeof last) => `${layerName(found.layer)} (mean length ${length(lengthOf(found))})`;
  switch (verdict) {
    case 'stays':
      return `Activity reaches ${at(last)}, even with gains ${margin} lower; from ${from}.`;
    case 'vanishes': {
      const first = intermediate.find(({ layer }) => layer === vanishesAt) ?? last;
      return `Activity has vanished in ${at(first)}, even with gains ${margin} higher; from ${from}.`;
    }
    case 'open':
      return `It is open whether activity reaches ${at(last)}: initialisations, or gains ${margin} lower or higher, disagree; from ${from}.`;
  }
}

/** Below the threshold of what counts as active, an exact number would say nothing. */
export function length(value: number): string {
  return value > 0 && value < VANISHED / 10 ? `below ${VANISHED / 10}` : value.toFixed(3);
}

/** Gains of the intermediate layers: one number, or the least and the greatest; null without such layers. */
export function gainRange({ layers }: Pick<NetworkForecast, 'layers'>): [low: number, high: number] | null {
  const gains = layers.filter(({ layer }) => layer !== 'classes').map(({ gain }) => gain);
  return gains.length === 0 ? null : [Math.min(...gains), Math.max(...gains)];
}

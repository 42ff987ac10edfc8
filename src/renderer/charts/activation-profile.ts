/** What the forecast of one or more networks looks like over depth; ActivationProfile.svelte draws it. */
import { gainRatio, type LayerForecast, type NetworkForecast } from '../../shared/forecast/forecast.ts';
import { intermediateOf } from '../../shared/forecast/sentence.ts';
import type { ProbedLength } from '../../shared/forecast/probe.ts';
import { VANISHED } from '../../shared/forecast/verdict.ts';
import { length } from '../../shared/forecast/words.ts';
import { layerName } from '../../shared/present/layer-name.ts';

export interface Profile {
  key: string;
  /** "before" */
  label: string;
  forecast: NetworkForecast;
}

export interface Mark {
  /** 0: primary; 1: first intermediate layer. */
  layer: number;
  length: number;
  /** Over draws of the weights; null by the law. */
  sd: number | null;
}

/** Lengths from the primary capsules up, from images where they were looked at, else by the law; without layers that neither knows. */
export function marksOf({ primary, ...found }: NetworkForecast): Mark[] {
  return [primary, ...intermediateOf(found)].flatMap(({ probe, closedForm }, layer): Mark[] => {
    if (probe) return [{ layer, length: probe.mean, sd: probe.sd }];
    return closedForm === null ? [] : [{ layer, length: closedForm, sd: null }];
  });
}

export interface GainMark {
  layer: number;
  gain: number;
  /** Of this gain and the critical one. */
  ratio: number;
}

export const gainMarksOf = (found: NetworkForecast): GainMark[] =>
  intermediateOf(found).map((layer, l) => ({
    layer: l + 1,
    gain: layer.gain,
    ratio: gainRatio(layer),
  }));

const spread = ({ mean, sd }: ProbedLength) => (mean < VANISHED / 10 ? length(mean) : `${length(mean)} ± ${sd.toFixed(3)}`);

/** A line of heads, then one row per layer, the class capsules too. */
export function profileTable(profiles: readonly Profile[]): string[][] {
  const names = [...new Set(profiles.flatMap(({ forecast }) => forecast.layers.map(({ layer }) => layer)))];
  const heads = profiles.flatMap(({ label }) =>
    ['gain', 'critical', 'by law', 'on images'].map((head) => (profiles.length > 1 ? `${head}, ${label}` : head)),
  );
  const cells = (layer: Partial<LayerForecast> | undefined) => [
    layer?.gain?.toFixed(2) ?? '–',
    layer?.criticalGain?.toFixed(2) ?? '–',
    typeof layer?.closedForm === 'number' ? length(layer.closedForm) : '–',
    layer?.probe ? spread(layer.probe) : '–',
  ];
  return [
    ['layer', ...heads],
    ['Primary', ...profiles.flatMap(({ forecast }) => cells(forecast.primary))],
    ...names.map((name) => [
      layerName(name),
      ...profiles.flatMap(({ forecast }) => cells(forecast.layers.find(({ layer }) => layer === name))),
    ]),
  ];
}

/** Moves labels at these heights apart, so that none covers another, and within the limits; answers them in the same order. */
export function apart(heights: readonly number[], gap: number, low = -Infinity, high = Infinity): number[] {
  const order = heights.map((_, i) => i).sort((a, b) => heights[a]! - heights[b]!);
  // Those that would touch share the way between them: each group stands around its middle.
  const groups: { sum: number; count: number }[] = [];
  const topOf = ({ sum, count }: { sum: number; count: number }) => {
    const top = sum / count - ((count - 1) * gap) / 2;
    return Math.max(low, Math.min(top, high - (count - 1) * gap));
  };
  for (const i of order) {
    groups.push({ sum: heights[i]!, count: 1 });
    for (let last = groups.at(-1)!; groups.length > 1; last = groups.at(-1)!) {
      const before = groups.at(-2)!;
      if (topOf(before) + before.count * gap <= topOf(last)) break;
      groups.splice(-2, 2, { sum: before.sum + last.sum, count: before.count + last.count });
    }
  }
  const placed = groups.flatMap((group) => Array.from({ length: group.count }, (_, n) => topOf(group) + n * gap));
  const answer = [...heights];
  for (const [place, i] of order.entries()) answer[i] = placed[place]!;
  return answer;
}

/** The frame of a chart with a vertical value axis: scales, grid, tick labels, axis titles. All of it static SVG. */
import { scaleLinear, scaleLog, type ScaleContinuousNumeric } from 'd3-scale';
import { markup, type Html } from '../markup.ts';

export type Scale = ScaleContinuousNumeric<number, number>;

export interface Box {
  width: number;
  height: number;
  left: number;
  right: number;
  top: number;
  bottom: number;
}

export const box: Box = { width: 560, height: 300, left: 62, right: 16, top: 14, bottom: 46 };

/** Rounds a coordinate: a hundredth of a pixel is not seen, but read and stored. */
export const px = (value: number): number => Math.round(value * 100) / 100;

export interface Axis {
  label: string;
  /** How ticks are printed, as a d3-format specifier such as "%" or "s"; by default as plain numbers. Digits follow from the ticks' distance. */
  tick?: string;
  /** As tables and files print it. */
  exact: (value: number) => string;
  /** Bounds; by default those of the values, rounded outwards. */
  domain?: [number, number];
  log?: boolean;
}

/** A scale over the values. With `log`, values that are not positive are left out; there must be a place for them elsewhere. */
export function valueScale({ domain, log }: Axis, values: readonly number[], range: [number, number]): Scale {
  const usable = values.filter((value) => Number.isFinite(value) && (!log || value > 0));
  let [low, high] = domain ?? [Math.min(...usable), Math.max(...usable)];
  if (!Number.isFinite(low) || !Number.isFinite(high)) [low, high] = log ? [0.1, 1] : [0, 1];
  if (low === high) [low, high] = log ? [low / 2, high * 2] : [low - 0.5 * (Math.abs(low) || 1), high + 0.5 * (Math.abs(high) || 1)];
  const scale = log ? scaleLog() : scaleLinear();
  scale.domain([low, high]).range(range);
  return domain ? scale : scale.nice(5);
}

/** Whole numbers only, for epochs. */
export function wholeTicks(scale: Scale, wanted: number): number[] {
  return scale.ticks(wanted).filter(Number.isInteger);
}

function logTicks(scale: Scale): number[] {
  const all = scale.ticks();
  const powers = all.filter((tick) => Number.isInteger(Math.round(Math.log10(tick) * 1e9) / 1e9));
  return powers.length >= 2 ? powers : all.filter((_, i) => i % Math.ceil(all.length / 5) === 0);
}

/** How the scale's ticks are printed, all with the same number of digits. */
export function tickFormat(axis: Axis, scale: Scale): (value: number) => string {
  const format = scale.tickFormat(5, axis.tick ?? (axis.log ? '~g' : undefined));
  // A narrow space before the unit, as in the text.
  return (value) => format(value).replace(/(?<=\d)(?=[%kMGTmµ]$)/, '\u202f');
}

/** Horizontal grid lines with their labels, and the title of the value axis. */
export function valueAxis(axis: Axis, scale: Scale, frame: Box = box): Html {
  const ticks = axis.log ? logTicks(scale) : scale.ticks(5);
  const format = tickFormat(axis, scale);
  const right = frame.width - frame.right;
  const middle = (frame.top + frame.height - frame.bottom) / 2;
  return markup`<g class="axis">${ticks.map((tick) => {
    const y = px(scale(tick));
    return markup`<path class="grid" d="M${frame.left} ${y}H${right}"/><text x="${frame.left - 8}" y="${y}" dy="0.32em" text-anchor="end">${format(tick)}</text>`;
  })}<text class="title" x="14" y="${middle}" transform="rotate(-90 14 ${middle})" text-anchor="middle">${axis.label}</text></g>`;
}

export interface Tick {
  at: number;
  text: string;
}

/** Width of a character of a tick label, about. */
const CHARACTER = 6.2;

/**
 * The horizontal axis with its labels and its title. Labels too long to stand side by side go on two lines in turn,
 * in place of the title; where even that is too much, only some are printed.
 */
export function baseAxis(label: string, ticks: readonly Tick[], frame: Box = box): Html {
  const y = frame.height - frame.bottom;
  const right = frame.width - frame.right;
  const room = ticks.length > 1 ? Math.abs(ticks[1]!.at - ticks[0]!.at) : Infinity;
  const need = CHARACTER * Math.max(0, ...ticks.map(({ text }) => text.length)) + 8;
  const lines = need > room ? 2 : 1;
  const every = Math.ceil(need / (lines * room));
  const marks = ticks.map(({ at, text }, i) => {
    const shown =
      i % every === 0 && markup`<text x="${px(at)}" y="${y + 18 + 14 * ((i / every) % lines)}" text-anchor="middle">${text}</text>`;
    return markup`<path class="tick" d="M${px(at)} ${y}v5"/>${shown}`;
  });
  const title =
    lines === 1 &&
    markup`<text class="title" x="${px((frame.left + right) / 2)}" y="${frame.height - 8}" text-anchor="middle">${label}</text>`;
  return markup`<g class="axis"><path class="base" d="M${frame.left} ${y}H${right}"/>${marks}${title}</g>`;
}

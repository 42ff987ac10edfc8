/** Axes that many charts have. */
import { count, percent, real } from '../../shared/present/format.ts';
import type { Axis } from './look.ts';

/** With as many decimals as tell neighbours apart. */
const percentTick = (value: number, step: number) => percent(value, step < 0.00095 ? 2 : step < 0.0095 ? 1 : 0);

export const epochAxis: Axis = {
  label: 'epoch',
  exact: (v) => (Number.isInteger(v) ? count(v) : real(v, 4)),
  tick: (v) => count(v),
  whole: true,
};
export const accuracyAxis: Axis = { label: 'accuracy', exact: (v) => percent(v, 2), tick: percentTick, within: [0, 1], span: 0.04 };
export const lossAxis: Axis = { label: 'loss', exact: (v) => real(v, 4), tick: (v) => real(v, 2), within: [0, Infinity], span: 0.04 };
export const shareAxis: Axis = { label: 'inactive capsules', exact: (v) => percent(v, 1), tick: percentTick, min: 0, max: 1 };
export const countAxis: Axis = { label: 'inactive capsules', exact: count, whole: true, min: 0 };
export const speedAxis: Axis = { label: 'images/s', exact: count, min: 0 };
const superscripts = '⁰¹²³⁴⁵⁶⁷⁸⁹';
/** A whole power of ten: 0.001, and 10⁻⁴ from there on down. */
export function powerOfTen(value: number): string {
  const power = Math.round(Math.log10(value));
  if (power >= -3) return String(Number(value.toPrecision(1)));
  return `10${String(power).replaceAll(/[-\d]/g, (sign) => (sign === '-' ? '⁻' : superscripts[Number(sign)]!))}`;
}

/** On a logarithmic axis: powers of ten, and what halves the way between them about. */
function logTick(value: number): string {
  const leading = value / 10 ** Math.floor(Math.log10(value) + 1e-9);
  if (Math.abs(leading - 1) < 1e-6) return powerOfTen(value);
  return value >= 1e-3 && [2, 5].includes(Number(leading.toFixed(6))) ? real(value, 1) : '';
}

/** A gradient that is exactly 0 has a place below all others: it says more than any of them. */
export function normAxis(norms: readonly number[]): Axis {
  const positive = norms.filter((norm) => norm > 0);
  const zero = positive.length === norms.length ? {} : { zero: 10 ** (Math.floor(Math.log10(Math.min(1, ...positive))) - 1) };
  return { label: 'gradient norm', exact: (v) => real(v, 3), tick: logTick, log: true, ...zero };
}

/** The same axis with a logarithmic scale, for these values. */
export function logAxis(axis: Axis, values: readonly number[]): Axis {
  const { zero } = normAxis(values);
  return { ...axis, span: 0, log: true, ...(zero === undefined ? {} : { zero }) };
}

const MOST_STEPS = 6;

/** 1, 2 and 5 in every power of ten; within less than that, as many round steps as there is room for. */
export function roundTicks(low: number, high: number): number[] {
  const powers = Array.from({ length: Math.ceil(Math.log10(high / low)) + 2 }, (_, i) => 10 ** (Math.floor(Math.log10(low)) + i));
  const round = powers.flatMap((power) => [1, 2, 5].map((digit) => Number((digit * power).toPrecision(1))));
  const there = round.filter((value) => value >= low && value <= high);
  if (there.length > 1) return there;
  const size = 10 ** Math.floor(Math.log10(high - low));
  const step = size * [0.2, 0.5, 1, 2].find((one) => (high - low) / (one * size) <= MOST_STEPS)!;
  const first = Math.ceil(low / step - 1e-9);
  return Array.from({ length: Math.floor(high / step + 1e-9) - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(6)));
}

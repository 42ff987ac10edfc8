/** Axes that many charts have. */
import { count, percent, real } from '../../shared/present/format.ts';
import type { Axis } from './look.ts';

/** With as many decimals as tell neighbours apart. */
const percentTick = (value: number, step: number) => percent(value, step < 0.00095 ? 2 : step < 0.0095 ? 1 : 0);

export const epochAxis: Axis = { label: 'epoch', exact: (v) => real(v, 4), tick: (v) => count(v), whole: true };
export const accuracyAxis: Axis = { label: 'accuracy', exact: (v) => percent(v, 2), tick: percentTick, within: [0, 1] };
export const lossAxis: Axis = { label: 'loss', exact: (v) => real(v, 4), tick: (v) => real(v, 2), within: [0, Infinity] };
export const shareAxis: Axis = { label: 'inactive capsules', exact: (v) => percent(v, 1), tick: percentTick, min: 0, max: 1 };
export const countAxis: Axis = { label: 'inactive capsules', exact: count, whole: true, min: 0 };
export const speedAxis: Axis = { label: 'images/s', exact: count, min: 0 };
export const normAxis: Axis = {
  label: 'gradient norm',
  exact: (v) => real(v, 3),
  tick: (v) => real(v, 1),
  log: true,
};

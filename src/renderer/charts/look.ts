/** Colours and options that all charts share. Curves are data, everything else steps back. */
import type { ChartOptions, Scale } from 'chart.js';

export interface Look {
  text: string;
  muted: string;
  grid: string;
  line: string;
  back: string;
  accent: string;
  /** Behind a stretch that is being selected; see-through. */
  selection: string;
}

export const fontFamily = "system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif";

export interface Axis {
  label: string;
  /** Prints a value exactly, for tooltips. */
  exact: (value: number) => string;
  /** Prints a tick, `step` from the next one; `exact` if there is none. */
  tick?: (value: number, step: number) => string;
  min?: number;
  max?: number;
  log?: boolean;
  /** Where it has ticks: left to itself, those without a number crowd out those that have one. */
  ticks?: (low: number, high: number) => number[];
  /** Where a logarithmic axis draws what is exactly 0. */
  zero?: number;
  /** The shortest stretch that it shows: what hardly changes is to look so. */
  span?: number;
  /** Values are never beyond these, and so neither is the axis. */
  within?: readonly [number, number];
  /** Only whole numbers. */
  whole?: boolean;
}

export function axisOptions(axis: Axis, look: Look, place: 'x' | 'y') {
  const print = (value: number, step: number) => (value === axis.zero ? '0' : (axis.tick ?? axis.exact)(value, step));
  return {
    type: axis.log ? ('logarithmic' as const) : ('linear' as const),
    ...(axis.min === undefined ? {} : { min: axis.min }),
    ...(axis.max === undefined ? {} : { max: axis.max }),
    afterDataLimits: (scale: Scale) => {
      const [low, high] = axis.within ?? [-Infinity, Infinity];
      const missing = Math.max(0, (axis.span ?? 0) - (scale.max - scale.min)) / 2;
      scale.min = axis.zero ?? Math.max(low, scale.min - missing);
      scale.max = Math.min(high, scale.max + missing);
    },
    afterBuildTicks: (scale: Scale) => {
      const ticks = axis.ticks?.(scale.min, scale.max) ?? [];
      if (ticks.length > 0) scale.ticks = ticks.map((value) => ({ value }));
    },
    title: { display: true, text: axis.label, color: look.muted, font: { size: 11, weight: 'normal' as const }, padding: 2 },
    grid: { color: place === 'y' ? look.grid : 'transparent', drawTicks: false },
    border: { color: look.line, display: place === 'x' },
    ticks: {
      color: look.muted,
      font: { size: 11 },
      padding: 4,
      maxTicksLimit: place === 'x' ? 9 : 6,
      maxRotation: 0,
      ...(axis.whole ? { precision: 0 } : {}),
      callback: (value: string | number, _index: number, ticks: readonly { value: number }[]) =>
        print(Number(value), (ticks[1]?.value ?? NaN) - (ticks[0]?.value ?? NaN)),
    },
  };
}

/** Wheel with a modifier zooms, dragging selects a stretch, and Shift-dragging moves: plain scrolling stays scrolling. */
const zooming = {
  zoom: { wheel: { enabled: true, modifierKey: 'ctrl' }, pinch: { enabled: true }, drag: { enabled: true, threshold: 6 }, mode: 'x' },
  pan: { enabled: true, mode: 'x', modifierKey: 'shift' },
  limits: { x: { min: 'original', max: 'original' } },
} as const;

export function commonOptions(
  look: Look,
  canZoom: boolean,
): Pick<ChartOptions, 'animation' | 'responsive' | 'maintainAspectRatio' | 'font' | 'plugins'> {
  return {
    animation: false,
    responsive: true,
    maintainAspectRatio: false,
    font: { family: fontFamily, size: 11 },
    plugins: {
      // The page has its own, which can be reached by keyboard.
      legend: { display: false },
      tooltip: {
        backgroundColor: look.text,
        titleColor: look.back,
        bodyColor: look.back,
        titleFont: { size: 11 },
        bodyFont: { size: 11 },
        padding: 8,
        boxWidth: 10,
        boxHeight: 10,
        boxPadding: 4,
        caretSize: 0,
        cornerRadius: 4,
      },
      ...(canZoom
        ? { zoom: { ...zooming, zoom: { ...zooming.zoom, drag: { ...zooming.zoom.drag, backgroundColor: look.selection } } } }
        : {}),
    },
  };
}

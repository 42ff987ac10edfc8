/**
 * How a run looks in every chart: colour, dash and marker, so that no run is told apart by colour alone.
 * The colours follow Okabe and Ito's order for colour-blind readers, darkened (lightened) to at least 3:1 on the page's
 * light (dark) background, as WCAG 2.2 asks of graphics.
 */
import { isMeans, type RunArm } from '../spec/arms.ts';

export const background = { light: '#ffffff', dark: '#14181d' };

export const colours: readonly { light: string; dark: string }[] = [
  { light: '#0072b2', dark: '#56b4e9' },
  { light: '#c44a00', dark: '#ff9257' },
  { light: '#00815f', dark: '#2fc89b' },
  { light: '#a8488a', dark: '#e58ac3' },
  { light: '#8a6a00', dark: '#e3c12c' },
  { light: '#4a4fb5', dark: '#a3a8ff' },
  { light: '#7b3f1d', dark: '#cf9f78' },
  { light: '#b0243c', dark: '#ff8fa0' },
];

/** For runs that only lead to others: the networks from which pruned ones are cut. */
export const neutral = { light: '#6b7580', dark: '#98a3ae' };

const dashes = ['', '7 4', '2 3', '9 3 2 3'];

/** Marker outlines around the origin, about 7 units wide. */
export const markers: readonly string[] = [
  'm-3.2 0a3.2 3.2 0 1 0 6.4 0a3.2 3.2 0 1 0 -6.4 0z',
  'm-2.9 -2.9h5.8v5.8h-5.8z',
  'm0 -3.8l3.7 6.6h-7.4z',
  'm0 -4.1l3.5 4.1l-3.5 4.1l-3.5 -4.1z',
  'm0 3.8l3.7 -6.6h-7.4z',
];

export interface RunStyle {
  colour: { light: string; dark: string };
  /** SVG stroke-dasharray; empty for a solid line. */
  dash: string;
  /** Path data relative to the point. */
  marker: string;
}

/** The style of the n-th run among those that share a role. Styles repeat after 160 runs. */
export function runStyle(n: number, role: 'compared' | 'source'): RunStyle {
  const marker = markers[n % markers.length]!;
  if (role === 'source') return { colour: neutral, dash: dashes[2]!, marker };
  return { colour: colours[n % colours.length]!, dash: dashes[Math.floor(n / colours.length) % dashes.length]!, marker };
}

/** In the order of the colours and markers. */
const arms: readonly RunArm[] = ['unpruned', 'pruned', 'ccm', 'scratch', 'random'];

/** Which of the compared looks as this arm does elsewhere; none does as a means. */
export const armSlot = (arm: RunArm): number => arms.indexOf(arm);

/** An arm looks the same wherever arms stand side by side: list of runs, study, cut. */
export function armStyle(arm: RunArm): RunStyle {
  return isMeans(arm) ? { ...runStyle(0, 'source'), dash: '' } : runStyle(armSlot(arm), 'compared');
}

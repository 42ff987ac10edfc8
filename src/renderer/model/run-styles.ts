/** Which colour, dash and marker a run has. A run keeps its slot for as long as it is compared, whoever else comes and goes. */
import { armStyle, markers, runStyle, type RunStyle } from '../../shared/present/palette.ts';
import type { RunArm } from '../../shared/spec/arms.ts';

/**
 * Slot of every run in `ids`: runs keep the slots of `kept`, others get the one that they prefer, or the lowest that is free.
 * @param preferred negative for none
 */
export function assignSlots(
  ids: readonly string[],
  kept: Readonly<Record<string, number>>,
  preferred: (id: string) => number = () => -1,
): Record<string, number> {
  const slots: Record<string, number> = {};
  const taken = new Set<number>();
  const put = (id: string, slot: number) => {
    slots[id] = slot;
    taken.add(slot);
  };
  for (const id of ids) {
    const slot = kept[id];
    if (slot !== undefined && !taken.has(slot)) put(id, slot);
  }
  for (const id of ids) {
    const slot = preferred(id);
    if (!(id in slots) && slot >= 0 && !taken.has(slot)) put(id, slot);
  }
  for (const id of ids) {
    if (id in slots) continue;
    let free = 0;
    while (taken.has(free)) free++;
    put(id, free);
  }
  return slots;
}

export interface DrawnRun {
  colour: string;
  /** As Chart.js takes it; empty for a solid line. */
  dash: number[];
  /** Path around the origin, about 7 units wide. */
  marker: string;
  /** The same as a point style of Chart.js, turned by so many degrees. */
  point: 'circle' | 'rect' | 'triangle' | 'rectRot';
  turned: number;
}

/** In the order of the palette's markers. */
const points = ['circle', 'rect', 'triangle', 'rectRot', 'triangle'] as const;
const DOWNWARDS = 4;

function drawn(style: RunStyle, dark: boolean): DrawnRun {
  const marker = markers.indexOf(style.marker);
  return {
    colour: dark ? style.colour.dark : style.colour.light,
    dash: style.dash === '' ? [] : style.dash.split(' ').map(Number),
    marker: style.marker,
    point: points[marker]!,
    turned: marker === DOWNWARDS ? 180 : 0,
  };
}

export const drawnRun = (slot: number, dark: boolean): DrawnRun => drawn(runStyle(slot, 'compared'), dark);

export const drawnArm = (arm: RunArm, dark: boolean): DrawnRun => drawn(armStyle(arm), dark);

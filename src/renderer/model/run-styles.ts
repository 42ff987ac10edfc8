/** Which colour, dash and marker a run has. A run keeps its slot for as long as it is compared, whoever else comes and goes. */
import { runStyle, type RunStyle } from '../../shared/present/palette.ts';

/** Slot of every run in `ids`: runs keep the slots of `kept`, others get the lowest that is free. */
export function assignSlots(ids: readonly string[], kept: Readonly<Record<string, number>>): Record<string, number> {
  const slots: Record<string, number> = {};
  const taken = new Set<number>();
  for (const id of ids) {
    const slot = kept[id];
    if (slot === undefined || taken.has(slot)) continue;
    slots[id] = slot;
    taken.add(slot);
  }
  for (const id of ids) {
    if (id in slots) continue;
    let free = 0;
    while (taken.has(free)) free++;
    slots[id] = free;
    taken.add(free);
  }
  return slots;
}

export interface DrawnRun {
  colour: string;
  /** As Chart.js takes it; empty for a solid line. */
  dash: number[];
  /** Path around the origin, about 7 units wide. */
  marker: string;
  /** The same as a point style of Chart.js. */
  point: 'circle' | 'rect' | 'triangle' | 'rectRot' | 'star';
}

const points = ['circle', 'rect', 'triangle', 'rectRot', 'star'] as const;

export function drawnRun(slot: number, dark: boolean): DrawnRun {
  const style: RunStyle = runStyle(slot, 'compared');
  return {
    colour: dark ? style.colour.dark : style.colour.light,
    dash: style.dash === '' ? [] : style.dash.split(' ').map(Number),
    marker: style.marker,
    point: points[slot % points.length]!,
  };
}

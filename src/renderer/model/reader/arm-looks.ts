/** How an arm looks wherever studies are read: one colour and one marker each, and a name as short as a legend needs. */
import { colours } from '../../../shared/present/palette.ts';
import { Arm } from '../../../shared/spec/arms.ts';

export interface ArmLook {
  short: string;
  colour: string;
  /** Path around the origin, about 7 units wide. */
  marker: string;
  /** The same as a point style of Chart.js. */
  point: 'circle' | 'rect' | 'triangle' | 'rectRot' | 'star';
  /** Turned by so many degrees. */
  rotation: number;
  /** Of its lines, as Chart.js takes it: no arm is told apart by colour alone. */
  dash: number[];
}

/** Place in the palette of shared/present/palette.ts. */
const looks: Record<Arm, Omit<ArmLook, 'colour'> & { slot: number }> = {
  unpruned: {
    short: 'unpruned',
    slot: 0,
    marker: 'm-3.2 0a3.2 3.2 0 1 0 6.4 0a3.2 3.2 0 1 0 -6.4 0z',
    point: 'circle',
    rotation: 0,
    dash: [],
  },
  ccm: { short: 'CCM', slot: 2, marker: 'm0 -3.8l3.7 6.6h-7.4z', point: 'triangle', rotation: 0, dash: [9, 3, 2, 3] },
  pruned: { short: 'pruned', slot: 1, marker: 'm-2.9 -2.9h5.8v5.8h-5.8z', point: 'rect', rotation: 0, dash: [] },
  scratch: { short: 'small', slot: 3, marker: 'm0 -4.1l3.5 4.1l-3.5 4.1l-3.5 -4.1z', point: 'rectRot', rotation: 0, dash: [7, 4] },
  random: { short: 'random', slot: 4, marker: 'm0 3.8l3.7 -6.6h-7.4z', point: 'triangle', rotation: 180, dash: [2, 3] },
};

export function armLook(arm: Arm, dark: boolean): ArmLook {
  const { slot, ...look } = looks[arm];
  return { ...look, colour: colours[slot]![dark ? 'dark' : 'light'] };
}

/** In the order of the arms of a study. */
export const inArmOrder = (arms: Iterable<Arm>): Arm[] => {
  const there = new Set(arms);
  return Arm.options.filter((arm) => there.has(arm));
};

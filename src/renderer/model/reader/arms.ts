/** Arms as the reader of a study names and orders them. How they look: model/run-styles.ts. */
import { Arm } from '../../../shared/spec/arms.ts';

/** As short as a legend in a chart needs. */
export const shortNames: Record<Arm, string> = { unpruned: 'unpruned', ccm: 'CCM', pruned: 'pruned', scratch: 'small', random: 'random' };

/** In the order of the arms of a study. */
export const inArmOrder = (arms: Iterable<Arm>): Arm[] => {
  const there = new Set(arms);
  return Arm.options.filter((arm) => there.has(arm));
};

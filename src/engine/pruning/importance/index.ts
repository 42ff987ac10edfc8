/** The criteria by the names that a pruning spec knows them under. */
import type { PruningCriterion } from '../../../shared/spec/pruning.ts';
import { activation } from './activation.ts';
import { ccm } from './ccm.ts';
import { chip } from './chip.ts';
import type { Importance } from './input.ts';
import { l1 } from './l1.ts';
import { random } from './random.ts';

export type { FeatureMaps, Importance, ImportanceInput } from './input.ts';

export const importance: Record<PruningCriterion, Importance> = { chip, l1, random, ccm, activation };

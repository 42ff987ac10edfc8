/** Words of an update by Adam, after the operation. Floats first. */
export const BETA_1 = 1;
/** 1 − β. */
export const REST_1 = 2;
export const BETA_2 = 3;
export const REST_2 = 4;
export const STEP_SIZE = 5;
export const CORRECTION = 6;
export const EPSILON = 7;
export const WEIGHT_DECAY = 8;
export const SHRINKAGE = 9;
/** How many parameters there are, and where the table of them lies. */
export const COUNT = 10;
export const TABLE = 11;
export const SCRATCH = 12;

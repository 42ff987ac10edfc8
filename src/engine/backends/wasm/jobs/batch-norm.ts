/** Words of a step of batch norm, after the operation: sizes, addresses of tensors (0 for those of other steps) and of scratch. */
export const STEP = 1;
export const ROWS = 2;
export const CHANNELS = 3;
/** A float. */
export const EPSILON = 4;
export const X = 5;
export const Y = 6;
export const DY = 7;
export const DX = 8;
export const GAMMA = 9;
export const BETA = 10;
export const MEAN = 11;
export const VARIANCE = 12;
export const DGAMMA = 13;
export const DBETA = 14;
export const PARTIALS = 15;
export const FACTORS = 16;

/** Words of a squash of `batch` capsules of one type, after the operation: from S to RESULT, or given DV, to the gradient by S. */
export const BATCH = 1;
export const DIM = 2;
export const SENSITIVE = 3;
export const S = 4;
/** 0 on the way forward. */
export const DV = 5;
export const RESULT = 6;
export const SCRATCH = 7;
export const SCRATCH_STRIDE = 8;

/** Words of a convolution, after the operation. See assembly/convolution/job.ts for what they mean. */
export const KIND = 1;
export const SOURCE = 2;
export const HEIGHT = 3;
export const WIDTH = 4;
export const CHANNELS = 5;
export const RIGHT = 6;
export const COLUMNS = 7;
export const RESULT = 8;
export const RESULT_HEIGHT = 9;
export const RESULT_WIDTH = 10;
export const BATCH = 11;
export const SOURCE_STEP_Y = 12;
export const SOURCE_STEP_X = 13;
export const RESULT_STEP_Y = 14;
export const RESULT_STEP_X = 15;
export const PHASES = 16;
export const PHASE_COUNT = 17;
export const TAPS = 18;
export const TAP_COUNT = 19;
export const ENTRIES = 20;
/** Bytes from one product to the next in each tensor. */
export const SOURCE_ENTRY = 21;
export const RIGHT_ENTRY = 22;
export const RESULT_ENTRY = 23;
export const ZEROS = 24;
export const DEPTH = 25;
/** B packed for all threads; with several products each thread packs its own at the start of its scratch. */
export const PACKED = 26;
export const BLOCK_TILES = 27;
export const GROUP_PANELS = 28;
export const BLOCK_STEPS = 29;
/** The first thread's scratch, how far it is to the next one's, and where in it its parts begin. */
export const SCRATCH = 30;
export const SCRATCH_STRIDE = 31;
export const LEFT = 32;
export const CELLS = 33;

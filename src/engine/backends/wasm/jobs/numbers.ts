/** Further numbers that both sides of a job count with. */

/** What a job does: the first word of its block. */
export const OPERATION = 0;
export const CAPSULES_FORWARD = 0;
export const CAPSULES_BACKWARD = 1;
export const CONVOLUTION = 2;
export const BATCH_NORM = 3;
export const ADAM = 4;
export const SQUASH = 5;

// Words of the control block, through which the threads of the pool meet; see assembly/threads.ts.
export const GENERATION = 0;
export const STOP = 1;
export const ARRIVED = 2;
export const PHASE = 3;
export const NEXT = 4;
export const FAILED = 5;

/** Parents of a tile, and bytes of one value of each. */
export const LANES = 8;
export const LANE_BYTES = 32;
/** Bytes of the constants of exp2. */
export const EXP2_BYTES = 32;

// Of the capsule kernel.
/** Neighbouring children of one window that are taken together, at most. */
export const GROUP = 4;
/** Bytes of a row of the window table, and of what precedes the rows of one that is kept. */
export const TABLE_ROW = 36;
export const TABLE_HEAD = 8;
/** Bytes by which gradients by votes lie further apart than they are long, so that tiles do not fall on each other in the cache. */
export const GRADIENT_GAP = 64;
/** Rows of lanes at `cells`. */
export const CELL_ROWS = 16;

// Of convolutions.
export const FORWARD = 0;
export const BY_INPUT = 1;
export const BY_FILTER = 2;
/** Rows of a tile and columns of a panel. */
export const TILE_ROWS = 6;
export const PANEL_COLUMNS = 16;
/** Words of a phase in the table, and of a tap. */
export const PHASE_WORDS = 6;
export const TAP_WORDS = 3;

// Of batch norm.
export const MOMENTS = 0;
export const NORMALISE = 1;
export const GRADIENTS = 2;
/** Rows of a block: enough to make the second sum cheap, few enough to stay in cache. */
export const BLOCK_ROWS = 64;
/** Bytes of factors per channel and thread. */
export const FACTOR_BYTES = 12;

// Of Adam.
/** Words of a parameter in the table; see parameter.ts. */
export const PARAMETER_WORDS = 5;
/** Bytes of scratch for the last few values of a parameter. */
export const REST_BYTES = 64;

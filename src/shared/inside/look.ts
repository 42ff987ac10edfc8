/** What one image makes of a network: every capsule, and how each layer was routed. Arrays are row-major. */

/** Capsules that are shorter are 0 to the engine, which computes in single precision and squares what it measures. */
export const SHORTEST = 2 ** -60;

export interface Look {
  /** (height, width, channels): the image as it was looked at; value / 255 is the intensity. */
  pixels: Uint8Array;
  /** From the primary capsules up to the classes. */
  layers: LayerLook[];
  /** routing[l] leads from layers[l] to layers[l + 1]. */
  routing: RoutingLook[];
  /**
   * Classes whose capsule is the longest, ascending; more than one where they tie in single precision, as all do in a network that has
   * vanished: below SHORTEST a length counts as 0.
   */
  longest: number[];
  /**
   * The strongest path by the couplings of every routing iteration, from the first of the longest classes down to the primary
   * capsules: paths[i] goes by iteration i, or by its last one in a layer that has fewer.
   */
  paths: PathStep[][];
  /** What the decoder draws of the first of the longest classes, (height, width, channels); null without a decoder. */
  reconstruction: Drawn | null;
  /** Milliseconds that all of this took. */
  took: number;
}

export interface LayerLook {
  /** "primary", "capsules.<l>" or "classes". */
  layer: string;
  height: number;
  width: number;
  types: number;
  dim: number;
  /** (height, width, types, dim), with what a shortcut adds. */
  vectors: Float32Array;
  /** (height, width, types). Below 1e-38 it is 0. */
  lengths: Float32Array;
}

export interface RoutingLook {
  /** The layer that routes. */
  layer: string;
  iterations: number;
  /** Types below and of this layer. */
  from: number;
  to: number;
  /**
   * (iterations, from, to): mean coupling of a capsule of the type below with a parent of this type, over the windows of all
   * positions; over the parents of one type below it adds up to 1. Children in the padding are left out.
   */
  coupling: Float32Array;
  /** The same of coupling · length of the child: what an edge is worth. */
  flow: Float32Array;
  /** (iterations): mean entropy of the couplings of a child, over its largest possible value: 1 is undecided, 0 decided. */
  entropy: Float32Array;
  /** (iterations, to): |Σ c û| / Σ c |û| over all positions: 1 where all votes point the same way, 0 where they cancel. */
  agreement: Float32Array;
}

export interface PathStep {
  /** Index into `layers`. */
  layer: number;
  type: number;
  y: number;
  x: number;
  /** In single precision, as in the layers. */
  length: number;
  /** Its coupling with the step before in the list, its parent; 1 for the class. */
  coupling: number;
  /** The strongest child of that parent that is of another type; null for the class, and where there is one type only. */
  next: Omit<PathStep, 'next' | 'layer'> | null;
}

export interface Drawn {
  pixels: Float32Array;
  /** Mean squared error. */
  error: number;
}

/** A class capsule drawn as it is given, and with one dimension after the other changed. */
export interface Drawings {
  /** (height, width, channels), in [0, 1]. */
  pixels: Float32Array;
  /** (dim, steps, height, width, channels); empty without steps. */
  strips: Float32Array;
  /** What was added to the dimension at each of the steps. */
  offsets: number[];
  /** (dim): mean absolute difference of a pixel between the ends of its strip. */
  effect: number[];
}

/** What a trainer is asked that has a network open. */
import type { Drawings, Look } from './look.ts';

export type InsideQuestion =
  /** A file is prepared as the images were that the network was trained on. */
  | { kind: 'look'; image: { pixels: Uint8Array } | { file: string } }
  | { kind: 'draw'; class: number; vector: number[]; range: number; steps: number };

export type InsideAnswer = { kind: 'look'; look: Look } | { kind: 'draw'; drawings: Drawings };

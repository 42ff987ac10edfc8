/** What a run has found out about itself, in words. Rules: rules.ts. */
import { z } from 'zod';

/** Worst first, as findings are sorted. */
export const Severity = z.enum(['vanished', 'warning', 'note']);
export type Severity = z.infer<typeof Severity>;

export const FindingKind = z.enum([
  /** Every capsule type of some intermediate layer is inactive. */
  'inactive',
  /** The margin loss is that of class capsules which are all zero. */
  'loss-stuck',
  /** The loss became NaN or infinite. */
  'diverged',
  /** A gradient of exactly 0. */
  'no-gradient',
  /** Activity falls towards the threshold. */
  'falling',
  /** Couplings are uniform after several routing iterations. */
  'routing-uniform',
  /** Couplings are the same for every image. */
  'routing-static',
  /** Inactive when the run began, active now. */
  'woken',
  /** Ended before its last epoch, because it had collapsed. */
  'stopped-early',
]);
export type FindingKind = z.infer<typeof FindingKind>;

export const Finding = z.strictObject({
  kind: FindingKind,
  severity: Severity,
  /** Epoch of the network's whole life from which on it holds: the one that the run began with is the state before its first step. */
  since: z.int().min(0).nullable(),
  /** The lowest layer that it is about; null: the whole network. */
  layer: z.string().nullable(),
  text: z.string(),
});
export type Finding = z.infer<typeof Finding>;

/** What is kept of a run: its findings, worst first. */
export const Findings = z.array(Finding);

/** A call that is not answered, and why. */
import type { Reply } from '../shared/contract/index.ts';

/** Longest message: one may quote what was asked. */
const longest = 2000;

export const refuse = (kind: 'input' | 'fault', message: string): Reply => ({
  ok: false,
  kind,
  message: message.length > longest ? `${message.slice(0, longest)}…` : message,
});

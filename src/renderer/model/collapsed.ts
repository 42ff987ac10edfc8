import type { RunSummary } from '../../shared/contract/index.ts';

/** Nothing active in some layer, and the loss that of zeros: what ends a run by itself where that is asked for. */
export const isCollapsed = ({ health }: Pick<RunSummary, 'health'>): boolean =>
  health !== null && health.kinds.includes('inactive') && health.kinds.includes('loss-stuck');

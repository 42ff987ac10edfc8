/** No judgement at all: what any criterion must beat. */
import type { Importance } from './input.ts';

export const random: Importance = ({ filters, random: stream }) => Array.from({ length: filters.shape[0]! }, () => stream.float());

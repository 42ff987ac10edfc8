/** The questions of docs/replication.md, in its order. */
import { criterion } from './criterion.ts';
import { depth } from './depth.ts';
import { dimension } from './dimension.ts';
import { gain } from './gain.ts';
import { alive, cifar, fashion, paperSizes, pruning } from './pruning.ts';
import type { Question } from './question.ts';
import { remedies } from './remedies.ts';

export const questions: readonly Question[] = [depth, dimension, gain, pruning, alive, criterion, remedies, fashion, cifar, paperSizes];

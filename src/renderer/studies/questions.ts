/** What a study can answer: the presets as questions. */
import type { Raw } from '../model/design/draft.ts';

export interface Question {
  /** Name of the preset. */
  preset: string;
  title: string;
  text: string;
}

export const questions: readonly Question[] = [
  { preset: 'border', title: 'Where do capsules vanish?', text: 'N × D × L, unpruned: where activity vanishes, against the forecast.' },
  { preset: 'quick', title: 'Does pruning help?', text: 'One network below the critical gain, pruned, with its controls.' },
  {
    preset: 'remedies',
    title: 'Which remedy is cheapest?',
    text: 'Gain, dimension, routing, squash, bias and shortcuts, each against pruning.',
  },
];

/** A preset under the question that it answers. @param preset its name. */
export function titled(draft: Raw, preset: string): Raw {
  const title = questions.find((one) => one.preset === preset)?.title.replace('?', '');
  return { ...draft, name: title ?? draft['name'] };
}

/** What a study can answer: the presets as questions. */
import type { Raw } from '../model/design/draft.ts';

export interface Question {
  /** Name of the preset. */
  preset: string;
  title: string;
  text: string;
}

export const questions: readonly Question[] = [
  { preset: 'border', title: 'Where do capsules vanish?', text: 'N × D × L without a cut: the border, measured against the forecast.' },
  { preset: 'quick', title: 'Does pruning help?', text: 'One network below the border, cut, beside every control of the cut.' },
  { preset: 'remedies', title: 'Which remedy is cheapest?', text: 'Gain, dimension, routing, squash, bias and shortcuts beside the cut.' },
];

/** A preset under the question that it answers. @param preset its name. */
export function titled(draft: Raw, preset: string): Raw {
  const title = questions.find((one) => one.preset === preset)?.title.replace('?', '');
  return { ...draft, name: title ?? draft['name'] };
}

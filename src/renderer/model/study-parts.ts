/** The parts of a study, in the order in which one goes through them. */
export const studyParts = [
  { value: 'design', label: 'Design' },
  { value: 'progress', label: 'Progress' },
  { value: 'results', label: 'Results' },
] as const;

export type StudyPart = (typeof studyParts)[number]['value'];

/** In the place of an id: the study that is being designed and has not begun. */
export const DRAFT = 'new';

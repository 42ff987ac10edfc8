/** Numbers of things in sentences. */

const irregular: Record<string, string> = { are: 'is', have: 'has' };

/** "1 image", "3 images"; with a verb "1 image is", "3 images are". @param verb as it is of several. */
export function counted(count: number, noun: string, verb = ''): string {
  if (count !== 1) return `${count} ${noun}s${verb && ` ${verb}`}`;
  return `1 ${noun}${verb && ` ${irregular[verb] ?? `${verb}s`}`}`;
}

/** "is" of one, "are" of several. */
export const areOrIs = (count: number): string => (count === 1 ? 'is' : 'are');

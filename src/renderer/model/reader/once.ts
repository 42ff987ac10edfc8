/**
 * Panels that know nothing of each other ask the same of the same thousands of runs: it is worked out once, and known for as long
 * as somebody has the runs. @param keyOf tells apart what is asked of the same.
 */
export function once<Of extends object, Asked extends unknown[], Found>(
  work: (of: Of, ...asked: Asked) => Found,
  keyOf: (...asked: Asked) => string,
): (of: Of, ...asked: Asked) => Found {
  const known = new WeakMap<Of, Map<string, { found: Found }>>();
  return (of, ...asked) => {
    const answers = known.get(of) ?? new Map<string, { found: Found }>();
    known.set(of, answers);
    const key = keyOf(...asked);
    const answer = answers.get(key) ?? { found: work(of, ...asked) };
    answers.set(key, answer);
    return answer.found;
  };
}

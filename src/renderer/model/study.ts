/** A study file as it is being typed. */
import { firstIssue } from '../../shared/issues.ts';
import { StudySpec } from '../../shared/spec/study.ts';

/** The study, or a sentence that says what is wrong with the text. */
export function readStudy(text: string): { spec: StudySpec; problem: null } | { spec: null; problem: string } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { spec: null, problem: `This is not JSON: ${error instanceof Error ? error.message : String(error)}` };
  }
  const parsed = StudySpec.safeParse(value);
  return parsed.success ? { spec: parsed.data, problem: null } : { spec: null, problem: firstIssue(parsed.error) };
}

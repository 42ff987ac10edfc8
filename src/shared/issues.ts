/** What zod found wrong, as a sentence for people. */
import type { z } from 'zod';

/** The first problem: path of the field, then what was expected, e.g. `training.batch: Too small: expected number to be >=1`. */
export function firstIssue(error: z.ZodError): string {
  const issue = deepest(error.issues[0]!);
  const path = issue.path.length > 0 ? fieldPath(issue.path) : '';
  const message = describe(issue);
  return path ? `${path}: ${message}` : message;
}

/** The same of something that Capscope has written itself: what it does not know can only come from a later version. */
export function storedIssue(error: z.ZodError): string {
  const newer = deepest(error.issues[0]!).code === 'unrecognized_keys' ? '; a newer Capscope has written it: update this one' : '';
  return `${firstIssue(error)}${newer}`;
}

function fieldPath(path: readonly PropertyKey[]): string {
  return path.map((key, i) => (typeof key === 'number' ? `[${key}]` : `${i > 0 ? '.' : ''}${String(key)}`)).join('');
}

function describe(issue: z.core.$ZodIssue): string {
  if (issue.code === 'unrecognized_keys')
    return `unknown ${issue.keys.length > 1 ? 'fields' : 'field'} ${issue.keys.map((k) => `"${k}"`).join(', ')}`;
  return issue.message;
}

/** Everything that is wrong, by path of the field, e.g. "training.batch": "At least 1". For pages, which say it at the field. */
export const fieldIssues = (error: z.ZodError): Map<string, string> =>
  new Map(error.issues.map((issue) => [issue.path.join('.'), sentenceOf(issue)]));

function sentenceOf(issue: z.core.$ZodIssue): string {
  if (issue.code === 'too_big') return `${issue.inclusive ? 'At most' : 'Less than'} ${issue.maximum}`;
  if (issue.code === 'too_small') return `${issue.inclusive ? 'At least' : 'More than'} ${issue.minimum}`;
  if (issue.code === 'invalid_type' && issue.expected === 'int') return 'A whole number';
  return issue.message.charAt(0).toUpperCase() + issue.message.slice(1);
}

/** For a union, zod lists what every alternative disliked; the one that got furthest says most. */
function deepest(issue: z.core.$ZodIssue): z.core.$ZodIssue {
  if (issue.code !== 'invalid_union' || issue.errors.length === 0) return issue;
  const candidates = issue.errors.filter((issues) => issues.length > 0).map((issues) => deepest(issues[0]!));
  const best = candidates.reduce((a, b) => (b.path.length > a.path.length ? b : a), candidates[0] ?? issue);
  return { ...best, path: [...issue.path, ...best.path] };
}

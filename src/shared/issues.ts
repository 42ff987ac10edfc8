/** What zod found wrong, as a sentence for people. */
import type { z } from 'zod';

/** The first problem: path of the field, then what was expected, e.g. `training.batch: Too small: expected number to be >=1`. */
export function firstIssue(error: z.ZodError): string {
  const issue = deepest(error.issues[0]!);
  const path = issue.path.length > 0 ? fieldPath(issue.path) : '';
  const message = describe(issue);
  return path ? `${path}: ${message}` : message;
}

function fieldPath(path: readonly PropertyKey[]): string {
  return path.map((key, i) => (typeof key === 'number' ? `[${key}]` : `${i > 0 ? '.' : ''}${String(key)}`)).join('');
}

function describe(issue: z.core.$ZodIssue): string {
  if (issue.code === 'unrecognized_keys')
    return `unknown ${issue.keys.length > 1 ? 'fields' : 'field'} ${issue.keys.map((k) => `"${k}"`).join(', ')}`;
  return issue.message;
}

/** For a union, zod lists what every alternative disliked; the one that got furthest says most. */
function deepest(issue: z.core.$ZodIssue): z.core.$ZodIssue {
  if (issue.code !== 'invalid_union' || issue.errors.length === 0) return issue;
  const candidates = issue.errors.filter((issues) => issues.length > 0).map((issues) => deepest(issues[0]!));
  const best = candidates.reduce((a, b) => (b.path.length > a.path.length ? b : a), candidates[0] ?? issue);
  return { ...best, path: [...issue.path, ...best.path] };
}

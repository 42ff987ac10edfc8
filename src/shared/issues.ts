/** What zod found wrong, as sentences for people. */
import type { z } from 'zod';

type Issue = z.core.$ZodIssue;

/** Everything that is wrong: path of the field, then what was expected, e.g. `training.batch: expected at least 1, found 0`. */
export function issuesOf(error: z.ZodError): string[] {
  return error.issues.flatMap(told).map((issue) => {
    const path = fieldPath(issue.path);
    return path ? `${path}: ${describe(issue)}` : describe(issue);
  });
}

/** The first problem. */
export const firstIssue = (error: z.ZodError): string => issuesOf(error)[0]!;

/** The same of something that Capscope has written itself: what it does not know can only come from a later version. */
export function storedIssue(error: z.ZodError): string {
  const newer = told(error.issues[0]!)[0]!.code === 'unrecognized_keys' ? '; a newer Capscope has written it: update this one' : '';
  return `${firstIssue(error)}${newer}`;
}

function fieldPath(path: readonly PropertyKey[]): string {
  return path.map((key, i) => (typeof key === 'number' ? `[${key}]` : `${i > 0 ? '.' : ''}${String(key)}`)).join('');
}

function describe(issue: Issue): string {
  if (issue.code === 'unrecognized_keys')
    return `unknown ${issue.keys.length > 1 ? 'fields' : 'field'} ${issue.keys.map((k) => `"${k}"`).join(', ')}`;
  const expected = expectedOf(issue);
  if (expected === null) return issue.message;
  if (isMissing(issue)) return `missing, expected ${expected}`;
  return `expected ${expected}${'origin' in issue && issue.origin === 'array' ? '' : found(issue)}`;
}

const isMissing = ({ code, message }: Issue): boolean => code === 'invalid_type' && message.endsWith('received undefined');

/** What stands there, where it is short and was asked to be reported (zod's `reportInput`). */
function found({ input }: Issue): string {
  if (typeof input === 'object' && input !== null) return Array.isArray(input) ? ', found a list' : ', found an object';
  return input === undefined ? '' : `, found ${JSON.stringify(input).slice(0, 100)}`;
}

const kinds: Record<string, string> = {
  object: 'an object',
  record: 'an object',
  array: 'a list',
  tuple: 'a list',
  int: 'a whole number',
  number: 'a number',
  string: 'a text',
  boolean: 'true or false',
  null: 'null',
};

/** In words that follow "expected"; null where the message says it better. */
function expectedOf(issue: Issue): string | null {
  switch (issue.code) {
    case 'too_small':
      return `${issue.inclusive ? 'at least' : 'more than'} ${amountOf(issue.origin, Number(issue.minimum))}`;
    case 'too_big':
      return `${issue.inclusive ? 'at most' : 'less than'} ${amountOf(issue.origin, Number(issue.maximum))}`;
    case 'invalid_type':
      return kinds[issue.expected] ?? null;
    case 'invalid_value':
      return choice(alternatives(issue));
    case 'invalid_union': {
      const expected = issue.errors.flatMap(([first]) => (first ? alternatives(first) : []));
      return expected.length > 0 ? choice([...new Set(expected)]) : null;
    }
    default:
      return null;
  }
}

const alternatives = (issue: Issue): string[] =>
  issue.code === 'invalid_value' ? issue.values.map((value) => JSON.stringify(value)) : [expectedOf(issue) ?? []].flat();

function amountOf(origin: string, limit: number): string {
  const unit = { array: 'item', string: 'character' }[origin];
  return unit ? `${limit} ${unit}${limit === 1 ? '' : 's'}` : String(limit);
}

const choice = (texts: string[]): string => (texts.length > 1 ? `${texts.slice(0, -1).join(', ')} or ${texts.at(-1)!}` : texts.join());

/** Everything that is wrong, by path of the field, e.g. "training.batch": "At least 1". For pages, which say it at the field. */
export const fieldIssues = (error: z.ZodError): Map<string, string> =>
  new Map(error.issues.map((issue) => [issue.path.join('.'), capital(expectedOf(issue) ?? issue.message)]));

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/**
 * For a union, zod lists what every alternative disliked. Told is that of the one that was meant: of the right kind, with the fewest faults.
 * Where none is of the right kind, the union itself is told, with what each expects.
 */
function told(issue: Issue): Issue[] {
  if (issue.code !== 'invalid_union') return [issue];
  const ofKind = issue.errors
    .filter((issues) => issues.every(({ code, path }) => path.length > 0 || (code !== 'invalid_type' && code !== 'invalid_value')))
    .map((issues) => issues.flatMap(told))
    .sort((a, b) => faults(a) - faults(b));
  return ofKind[0]?.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] })) ?? [issue];
}

/** Fields that an alternative does not know say most plainly that it was not meant. */
const faults = (issues: Issue[]): number =>
  issues.reduce((sum, issue) => sum + (issue.code === 'unrecognized_keys' ? 10 * issue.keys.length : 1), 0);

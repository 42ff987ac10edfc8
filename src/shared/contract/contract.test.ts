import { expect, it } from 'vitest';
import { contract } from './index.ts';

const methods = Object.entries(contract);

it.each(methods)('%s takes nothing but what its schema names', (_, { argument }) => {
  const accepted: unknown[] = [
    { unknown: 1 },
    JSON.parse('{ "__proto__": { "polluted": true }, "unknown": 1 }'),
    'text',
    7,
    null,
    [[]],
    () => undefined,
  ].filter((value) => argument.safeParse(value).success);
  expect(accepted).toEqual([]);
});

it('limits the length of every path', () => {
  const long = 'x'.repeat(2 ** 20);
  for (const method of ['datasets.open', 'runs.import'] as const)
    expect(contract[method].argument.safeParse({ task: 't', paths: [long] }).success, method).toBe(false);
});

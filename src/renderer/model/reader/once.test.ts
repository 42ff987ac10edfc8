import { expect, it } from 'vitest';
import { once } from './once.ts';

it('works out once what is asked again of the same, and anew what is asked of something else', () => {
  let worked = 0;
  const share = once(
    (list: readonly number[], of: number) => {
      worked++;
      return list.length / of;
    },
    (of) => String(of),
  );
  const [a, b] = [
    [1, 2],
    [1, 2],
  ];
  expect([share(a, 4), share(a, 4), share(a, 8), share(b, 4)]).toEqual([0.5, 0.5, 0.25, 0.5]);
  expect(worked).toBe(3);
});

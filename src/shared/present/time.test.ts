import { expect, it } from 'vitest';
import { day, moment } from './time.ts';

it('leaves out the date of today', () => {
  const now = new Date(2026, 4, 3, 18, 0);
  const at = (date: number) => new Date(2026, 4, date, 9, 5).toISOString();
  expect([moment(at(3), now), moment(at(2), now), day(at(2), now)]).toEqual(['today, 09:05', '2 May 2026, 09:05', '2 May 2026']);
});

import { expect, it } from 'vitest';
import { readStudy } from './study.ts';

it('reads a study', () => {
  const { spec } = readStudy('{"name": "a", "networks": [{}], "epochs": {"train": 1, "fineTune": 1}}');
  expect(spec).toMatchObject({ name: 'a', seeds: [1] });
});
it('says what is wrong', () => {
  expect(readStudy('{').problem).toMatch(/^This is not JSON/);
  expect(readStudy('{"name": "a", "networks": [], "epochs": {"train": 1, "fineTune": 1}}').problem).toMatch(/^networks/);
});

import { expect, it } from 'vitest';
import { fileName } from './file-name.ts';

it.each([
  ['pruned chip b0.5 c0.5 (N16 D12 L3, seed 2)', 'pruned chip b0.5 c0.5 (N16 D12 L3, seed 2)'],
  ['Activation after epoch 3: 21 of 48 inactive', 'Activation after epoch 3- 21 of 48 inactive'],
  ['../../etc/passwd', 'etc-passwd'],
  ['two\nlines\tand\u0000nothing', 'two-lines-and-nothing'],
  ['.hidden', 'hidden'],
  ['ends with a dot.', 'ends with a dot'],
  ['Übung №1 – 日本', 'Übung -1 - 日本'],
  ['nul', 'nul-'],
  ['COM1.weights', 'COM1-.weights'],
  ['console', 'console'],
  ['???', 'capscope'],
  ['', 'capscope'],
])('makes a file name of %j', (name, expected) => expect(fileName(name)).toBe(expected));

it('keeps to the length that file systems take, without half a letter at the end', () => {
  const long = fileName('日本'.repeat(100));
  expect(new TextEncoder().encode(long).length).toBeLessThanOrEqual(180);
  expect(long).toMatch(/^[日本]+$/);
  expect(fileName(`${'a'.repeat(300)}.safetensors`)).toBe(`${'a'.repeat(168)}.safetensors`);
});

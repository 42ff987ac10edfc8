import { expect, it } from 'vitest';
import { repeatedKeys } from './repeated-keys.ts';

it('names fields that stand there twice, wherever they are', () => {
  expect(repeatedKeys('{"a": 1, "b": {"a": 2}, "c": [{"a": 1}, {"a": "a: {,"}]}')).toEqual([]);
  expect(repeatedKeys('{"a": 1, "b": {"x": [1, 2], "x": 3}, "\\u0061": "a"}')).toEqual(['b.x', 'a']);
  expect(repeatedKeys('{"networks": [{"dim": 4}, {"dim": 4, "types": 2, "dim": 8}, {"dim": 1, "dim": 2}], "networks": []}')).toEqual([
    'networks[1].dim',
    'networks[2].dim',
    'networks',
  ]);
  expect(repeatedKeys('["a", "a", {"say \\"hi\\"": 1, "say \\"hi\\"": 2}]')).toEqual(['[2].say "hi"']);
  expect(repeatedKeys('3')).toEqual([]);
});

import { expect, it } from 'vitest';
import { likely } from './likely.ts';

const split = (labels: number[], side = 32) => ({
  images: new Uint8Array(),
  labels: Uint16Array.from(labels),
  height: side,
  width: side,
  channels: 3,
});
const inTurn = (count: number, classes: number) => Array.from({ length: count }, (_, i) => i % classes);

it('tells CIFAR-100 and SVHN by their numbers of images', () => {
  const cifar = likely([split(inTurn(50_000, 100)), split(inTurn(10_000, 100))]);
  expect(cifar?.name).toBe('CIFAR-100');
  expect(new Set(cifar?.classes).size).toBe(100);
  expect(cifar?.classes).toEqual(cifar?.classes.toSorted());
  expect(likely([split(inTurn(73_257, 10)), split(inTurn(26_032, 10))])?.name).toBe('SVHN');
});

it('takes nothing else for them', () => {
  expect(likely([split(inTurn(50_000, 100)), split(inTurn(10_000, 50))])).toBeUndefined();
  expect(likely([split(inTurn(50_000, 100), 28), split(inTurn(10_000, 100), 28)])).toBeUndefined();
  expect(likely([split(inTurn(73_257, 11)), split(inTurn(26_032, 10))])).toBeUndefined();
  expect(likely([split(inTurn(60_000, 100))])).toBeUndefined();
});

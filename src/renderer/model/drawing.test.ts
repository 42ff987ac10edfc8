import { expect, it } from 'vitest';
import { Stroke } from './drawing.ts';

const shape = { height: 5, width: 7, channels: 1 };
const black = new Uint8Array(35);
const at = (pixels: Uint8Array, x: number, y: number) => pixels[y * 7 + x];

it('draws a line as thick as the pen, with soft edges, and leaves the rest and the image before as they were', () => {
  const drawn = new Stroke(black, shape, [255], 1).draw({ x: 1.5, y: 2.5 }, { x: 5.5, y: 2.5 });
  expect([1, 3, 5].map((x) => at(drawn, x, 2))).toEqual([255, 255, 255]);
  expect([at(drawn, 3, 1), at(drawn, 3, 0), at(drawn, 0, 2)]).toEqual([128, 0, 128]);
  expect(black.every((value) => value === 0)).toBe(true);
});

it('is no thicker where a line crosses itself', () => {
  const stroke = new Stroke(black, shape, [255], 1);
  const [a, b] = [
    { x: 1.5, y: 2.5 },
    { x: 5.5, y: 2.5 },
  ];
  expect(stroke.draw(b, a)).toEqual(new Stroke(black, shape, [255], 1).draw(a, b));
  expect(stroke.draw(a, b)).toEqual(stroke.draw(b, a));
});

it('lays each channel of its ink over what was there', () => {
  const drawn = new Stroke(Uint8Array.of(10, 20, 30), { height: 1, width: 1, channels: 3 }, [250, 0, 30], 0.2).draw(
    { x: 0.5, y: 0.5 },
    { x: 0.5, y: 0.5 },
  );
  // 0.7 of it.
  expect([...drawn]).toEqual([178, 6, 30]);
});

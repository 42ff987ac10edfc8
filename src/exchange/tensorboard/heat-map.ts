/** Activation of every capsule type as a picture: a row per layer, from the input upwards, in cividis as in the window; what is inactive is crossed out. */
import { interpolateCividis } from 'd3-scale-chromatic';
import sharp from 'sharp';
import { isCounted, isInactive } from '../../shared/inactive.ts';

export interface HeatRow {
  layer: string;
  /** One per capsule type. */
  values: readonly number[];
}

/** Of a cell, in pixels, its margin included. */
const CELL = 14;
const CROSS: readonly [number, number, number] = [255, 146, 87];

/** The same scale in every picture, so that those of several epochs can be followed: a square root, from 0 to 1. */
export async function heatMap(rows: readonly HeatRow[], threshold: number): Promise<{ height: number; width: number; png: Uint8Array }> {
  const height = rows.length * CELL;
  const width = Math.max(1, ...rows.map(({ values }) => values.length)) * CELL;
  const pixels = new Uint8Array(height * width * 3).fill(255);
  for (const [row, { layer, values }] of rows.entries())
    for (const [type, value] of values.entries()) {
      const fill = colour(value);
      const crossed = isCounted(layer) && isInactive(value, threshold);
      for (let y = 0; y < CELL - 1; y++)
        for (let x = 0; x < CELL - 1; x++) {
          const onCross = crossed && y > 2 && y < CELL - 4 && (x === y || x === CELL - 2 - y);
          pixels.set(onCross ? CROSS : fill, ((row * CELL + y) * width + type * CELL + x) * 3);
        }
    }
  const png = await sharp(pixels, { raw: { height, width, channels: 3 } })
    .png()
    .toBuffer();
  return { height, width, png };
}

function colour(value: number): [number, number, number] {
  const [red = 0, green = 0, blue = 0] = interpolateCividis(Math.sqrt(Math.min(1, Math.max(0, value))))
    .match(/\d+/g)!
    .map(Number);
  return [red, green, blue];
}

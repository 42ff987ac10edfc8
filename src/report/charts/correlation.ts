/** Correlation matrix of one layer's channels as a small picture: blue for −1, white for 0, red for 1. */
import { interpolateRdBu } from 'd3-scale-chromatic';
import type { LayerCorrelation } from '../../shared/results.ts';
import { real } from '../../shared/present/format.ts';
import { markup, type Html } from '../markup.ts';

/** Larger matrices are shrunk by averaging blocks of this many pixels into one: a report must stay a file one can mail. */
const LARGEST = 96;

/** Mean over blocks, so that no side is longer than LARGEST. */
export function shrink(matrix: readonly (readonly number[])[]): number[][] {
  const block = Math.ceil(matrix.length / LARGEST);
  const size = Math.ceil(matrix.length / block);
  return Array.from({ length: size }, (_, r) =>
    Array.from({ length: size }, (_, c) => {
      const values = matrix.slice(r * block, (r + 1) * block).flatMap((row) => row.slice(c * block, (c + 1) * block));
      return values.reduce((sum, v) => sum + v, 0) / values.length;
    }),
  );
}

const PALETTE = Array.from({ length: 256 }, (_, i) =>
  interpolateRdBu(1 - i / 255)
    .match(/\d+/g)!
    .map(Number),
);

/** An 8-bit Windows bitmap of values in [−1, 1]: the one picture format that needs no compression. */
export function bitmap(rows: readonly (readonly number[])[]): Buffer {
  const size = rows.length;
  const stride = 4 * Math.ceil(size / 4);
  const start = 54 + 4 * 256;
  const file = Buffer.alloc(start + stride * size);
  file.write('BM', 0, 'latin1');
  file.writeUInt32LE(file.length, 2);
  file.writeUInt32LE(start, 10);
  file.writeUInt32LE(40, 14);
  file.writeInt32LE(size, 18);
  // A negative height means that the first row is the top one.
  file.writeInt32LE(-size, 22);
  file.writeUInt16LE(1, 26);
  file.writeUInt16LE(8, 28);
  file.writeUInt32LE(256, 46);
  for (const [i, [red, green, blue]] of PALETTE.entries()) file.set([blue!, green!, red!, 0], 54 + 4 * i);
  for (const [r, row] of rows.entries())
    for (const [c, value] of row.entries()) file[start + r * stride + c] = Math.round(127.5 * (1 + Math.max(-1, Math.min(1, value))));
  return file;
}

export function correlationPicture({ layer, matrix, meanAbsolute }: LayerCorrelation): Html {
  const mean = `mean |r| ${real(meanAbsolute, 3)}`;
  const url = `data:image/bmp;base64,${bitmap(shrink(matrix)).toString('base64')}`;
  return markup`<figure class="correlation"><img src="${url}" alt="Correlation of the ${matrix.length} channels of ${layer}, ${mean}"><figcaption><strong>${layer}</strong> ${matrix.length} channels, ${mean}</figcaption></figure>`;
}

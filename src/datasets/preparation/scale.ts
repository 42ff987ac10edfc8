/** What black and white are in image files of more than 8 bits, judged over all that are looked at. */
import type { RawImage } from '../raw.ts';

type Range = readonly [black: number, white: number];

export interface Scale {
  /** Of whole numbers of 16 bits. */
  deep: Range;
  /** Of floats and signed numbers. */
  measured: Range;
  /** What was decided. */
  notes: string[];
}

export const fullScale: Scale = { deep: [0, 65535], measured: [0, 1], notes: [] };

/** What cameras, scanners and detectors give in 16 bits. */
const depths = [255, 1023, 4095, 16_383, 65_535];
const usual: Range[] = [
  [0, 1],
  [-1, 1],
];

export class ScaleFinder {
  #deep = -1;
  #low = Infinity;
  #high = -Infinity;

  look({ pixels }: Pick<RawImage, 'pixels'>): void {
    if (pixels instanceof Uint8Array) return;
    let [low, high] = [Infinity, -Infinity];
    for (const value of pixels) {
      if (value < low) low = value;
      if (value > high) high = value;
    }
    if (pixels instanceof Uint16Array) this.#deep = Math.max(this.#deep, high);
    else [this.#low, this.#high] = [Math.min(this.#low, low), Math.max(this.#high, high)];
  }

  scale(): Scale {
    const notes: string[] = [];
    const white = this.#deep <= 0 ? 65_535 : depths.find((depth) => this.#deep <= depth)!;
    if (this.#deep > 0 && white < 65_535)
      notes.push(`Range: the images of 16 bits go up to ${this.#deep}, which is read as 0, black, to ${white}, white.`);
    return { deep: [0, white], measured: this.#measured(notes), notes };
  }

  #measured(notes: string[]): Range {
    const [low, high] = [this.#low, this.#high];
    if (low > high) return fullScale.measured;
    const whole = [[0, 255] as const].find(([from, to]) => low >= from && high <= to && high > 127);
    const range = usual.find(([from, to]) => low >= from && high <= to) ?? whole;
    if (range) {
      notes.push(`Range: measured values of ${round(low)} to ${round(high)} are read as ${range[0]}, black, to ${range[1]}, white.`);
      return range;
    }
    notes.push(
      `Range: of the measured values that were looked at, the lowest, ${round(low)}, is black and the highest, ${round(high)}, white.`,
    );
    return [low, high];
  }
}

const round = (value: number): string => String(Number(value.toPrecision(4)));

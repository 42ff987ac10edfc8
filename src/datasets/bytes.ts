/** Values as the bytes that they are prepared to. */
import type { Numbers } from './formats/arrays/numbers.ts';

/** Values between black and white as bytes, rounded to the nearest. */
export function toBytes(values: Exclude<Numbers, BigInt64Array | BigUint64Array>, [black, white]: readonly [number, number]): Uint8Array {
  if (values instanceof Uint8Array && black === 0 && white === 255) return values;
  const scale = white > black ? 255 / (white - black) : 0;
  const bytes = new Uint8Array(values.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = Math.round(Math.min(255, Math.max(0, (values[i]! - black) * scale)));
  return bytes;
}

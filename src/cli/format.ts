/** Numbers as people read them. The same everywhere, whatever the locale, so that output can be compared. */

export const integer = (value: number): string => Math.round(value).toLocaleString('en-US');

/** 0.9712 → "97.12 %". */
export const percent = (share: number, digits = 2): string => `${(100 * share).toFixed(digits)} %`;

/** With its sign: 3 → "+3", -0.5 → "-0.5". */
export function signed(value: number, digits = 0): string {
  const text = Math.abs(value).toFixed(digits);
  return Number(text) === 0 ? text : `${value < 0 ? '-' : '+'}${text}`;
}

/** Relative change: from 200 to 150 is "-25.0 %". */
export const change = (from: number, to: number): string => (from > 0 ? `${signed((100 * (to - from)) / from, 1)} %` : '');

/** 75 → "1:15", 3675 → "1:01:15". */
export function duration(seconds: number): string {
  const total = Math.max(0, Math.round(seconds));
  const two = (value: number) => String(value).padStart(2, '0');
  const [hours, minutes, rest] = [Math.floor(total / 3600), Math.floor(total / 60) % 60, total % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];

export function bytes(value: number): string {
  const unit = value < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(value) / 10));
  return `${(value / 1024 ** unit).toFixed(unit === 0 ? 0 : 1)} ${units[unit]!}`;
}

/** ISO time to the minute. */
export const minute = (time: string): string => time.slice(0, 16).replace('T', ' ');

/**
 * Numbers as the terminal, the window and the report print them: the same run reads the same in all three.
 * Signs and spaces are typographic; a terminal takes plain() of what is printed here.
 */

const MINUS = '\u2212';
const NARROW_SPACE = '\u202f';
const integer = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 0 });

const minus = (text: string): string => text.replace('-', MINUS);
const missing = '–';

/** With the hyphen and the space that a keyboard has: what a terminal prints is searched for, and read by scripts. */
export function plain(text: string): string {
  return text.replaceAll(MINUS, '-').replaceAll(NARROW_SPACE, ' ');
}

export function count(value: number): string {
  return Number.isFinite(value) ? minus(integer.format(value)) : missing;
}

/**
 * Means of the same values in another order differ in their last bits; halfway between two printed numbers they would be printed
 * differently.
 */
const settled = (value: number): number => Number(value.toPrecision(12));

/** A share in [0, 1] as a percentage: accuracies with two digits, every other share with one. */
export function percent(share: number, digits = 1): string {
  return Number.isFinite(share) ? `${minus(settled(100 * share).toFixed(digits))}${NARROW_SPACE}%` : missing;
}

export function accuracy(share: number): string {
  return percent(share, 2);
}

/** About `digits` significant digits, without exponents where they can be avoided. */
export function real(value: number, digits = 4): string {
  if (!Number.isFinite(value)) return missing;
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size < 1e-4 || size >= 1e6) return minus(value.toExponential(Math.max(0, digits - 2)));
  return minus(value.toFixed(Math.max(0, digits - 1 - Math.floor(Math.log10(size)))));
}

/** Activation of a capsule type, with the three decimals by which it is judged. */
export function activation(value: number): string {
  return Number.isFinite(value) ? value.toFixed(3) : missing;
}

function scaled(value: number, base: number, units: string[]): string {
  if (!Number.isFinite(value)) return missing;
  let unit = 0;
  let size = value;
  // What would round to a full unit is one: 999,950 is 1.00 M and not 1000 k.
  while (Math.abs(size) >= base - (unit === 0 ? 0 : 0.5) && unit < units.length - 1) {
    size /= base;
    unit++;
  }
  const text = unit === 0 ? integer.format(size) : Math.abs(size) < 99.95 ? size.toPrecision(3) : size.toFixed(0);
  return `${minus(text)}${NARROW_SPACE}${units[unit]}`.trimEnd();
}

/** 2641680 → "2.64 M". */
export function quantity(value: number): string {
  return scaled(value, 1000, ['', 'k', 'M', 'G', 'T']);
}

/** 10566720 → "10.1 MiB". */
export function bytes(value: number): string {
  return scaled(value, 1024, ['bytes', 'KiB', 'MiB', 'GiB', 'TiB']);
}

/** Puts a plus before a difference that is not negative; `print` formats its size. */
export function signed(value: number, print: (size: number) => string): string {
  if (!Number.isFinite(value)) return missing;
  const size = print(Math.abs(value));
  // What rounds to nothing has no sign.
  if (!/[1-9]/.test(size)) return size;
  return `${value < 0 ? MINUS : '+'}${size}`;
}

/** Distance between shares, in percentage points. */
export function span(size: number, digits = 1): string {
  return Number.isFinite(size) ? `${settled(100 * size).toFixed(digits)}${NARROW_SPACE}pp` : missing;
}

/** Difference of two shares, in percentage points. */
export function points(difference: number, digits = 1): string {
  return signed(difference, (size) => span(size, digits));
}

/** Change from `before` to `after` relative to `before`. */
export function change(before: number, after: number): string {
  return before === 0 ? missing : signed(after / before - 1, (size) => percent(size));
}

/** So many of a total: of its capsules, those that are inactive. */
export interface Portion {
  total: number;
  of: number;
}

/** 0 where there is nothing to take a share of. */
export function inactiveShare({ total, of }: Portion): number {
  return of === 0 ? 0 : total / of;
}

/** "21 of 48". */
export function portion({ total, of }: Portion): string {
  return `${count(total)} of ${count(of)}`;
}

/** "21 of 48 (43.8 %)". */
export function portionAndShare(some: Portion): string {
  return some.of === 0 ? portion(some) : `${portion(some)} (${percent(inactiveShare(some))})`;
}

/** 75 → "1:15", 3675 → "1:01:15". */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return missing;
  const total = Math.max(0, Math.round(seconds));
  const two = (value: number) => String(value).padStart(2, '0');
  const [hours, minutes, rest] = [Math.floor(total / 3600), Math.floor(total / 60) % 60, total % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

/** An ISO time to the minute: the same wherever it is read, so its zone stands beside it. */
export function minute(time: string): string {
  return `${new Date(time).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

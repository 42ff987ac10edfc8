/** Numbers as the report and the pages print them. */

const MINUS = '\u2212';
const NARROW_SPACE = '\u202f';
const integer = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 0 });

const minus = (text: string): string => text.replace('-', MINUS);
const missing = '–';

export function count(value: number): string {
  return Number.isFinite(value) ? minus(integer.format(value)) : missing;
}

/** A share in [0, 1] as a percentage. */
export function percent(share: number, digits = 1): string {
  return Number.isFinite(share) ? `${minus((100 * share).toFixed(digits))}${NARROW_SPACE}%` : missing;
}

/** About `digits` significant digits, without exponents where they can be avoided. */
export function real(value: number, digits = 4): string {
  if (!Number.isFinite(value)) return missing;
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size < 1e-4 || size >= 1e6) return minus(value.toExponential(Math.max(0, digits - 2)));
  return minus(value.toFixed(Math.max(0, digits - 1 - Math.floor(Math.log10(size)))));
}

function scaled(value: number, base: number, units: string[]): string {
  if (!Number.isFinite(value)) return missing;
  let unit = 0;
  let scaledValue = value;
  while (Math.abs(scaledValue) >= base && unit < units.length - 1) {
    scaledValue /= base;
    unit++;
  }
  return `${minus(unit === 0 ? integer.format(scaledValue) : scaledValue.toPrecision(3))}${NARROW_SPACE}${units[unit]}`.trimEnd();
}

/** 2641680 → "2.64 M". */
export function quantity(value: number): string {
  return scaled(value, 1000, ['', 'k', 'M', 'G', 'T']);
}

export function bytes(value: number): string {
  return scaled(value, 1000, ['B', 'kB', 'MB', 'GB', 'TB']);
}

/** Puts a plus before a difference that is not negative; `print` formats its size. */
export function signed(value: number, print: (size: number) => string): string {
  if (!Number.isFinite(value)) return missing;
  const size = print(Math.abs(value));
  // What rounds to nothing has no sign.
  if (!/[1-9]/.test(size)) return size;
  return `${value < 0 ? MINUS : '+'}${size}`;
}

/** Difference of two shares, in percentage points. */
export function points(difference: number, digits = 1): string {
  return signed(difference, (size) => `${(100 * size).toFixed(digits)}${NARROW_SPACE}pp`);
}

/** Change from `before` to `after` relative to `before`. */
export function change(before: number, after: number): string {
  return before === 0 ? missing : signed(after / before - 1, (size) => percent(size, 0));
}

export function inactiveShare({ total, of }: { total: number; of: number }): number {
  return of === 0 ? 0 : total / of;
}

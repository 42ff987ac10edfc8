/** Mean and standard deviation of a sample. */

export function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** With n − 1 in the denominator; 0 for a single value, of which it says nothing. Exactly 0 where all values are equal. */
export function deviationOf(values: readonly number[]): number {
  if (values.every((value) => value === values[0])) return 0;
  const mean = meanOf(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
}

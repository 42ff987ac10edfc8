/**
 * How much of its activity a layer with routing passes on. With uniform couplings, as in the first iteration, each component
 * of a vote û has the variance σ²·|u|²; a parent adds up K votes with weight 1/N, so that |s|² comes to g·|u|² with the gain
 *
 *     g = σ² · K · D / N²
 *
 * for K children, N parent types and D dimensions of a parent, and matrices drawn from a normal distribution of deviation σ.
 * K is that of a window inside the map; at a padded border some of these children are zero.
 */

/** What the gain depends on; a RoutingShape has it. */
export interface RoutedSize {
  kernelHeight: number;
  kernelWidth: number;
  inTypes: number;
  outTypes: number;
  outDim: number;
}

/** K: the children that a parent routes from, zero padding included. */
export function childrenOf({ kernelHeight, kernelWidth, inTypes }: Pick<RoutedSize, 'kernelHeight' | 'kernelWidth' | 'inTypes'>): number {
  return kernelHeight * kernelWidth * inTypes;
}

/** Gain of a layer whose matrices have the standard deviation `sigma`. */
export function gainOf(size: RoutedSize, sigma: number): number {
  return (sigma ** 2 * childrenOf(size) * size.outDim) / size.outTypes ** 2;
}

/** Standard deviation of the matrices that gives a layer this gain. */
export function sigmaForGain(size: RoutedSize, gain: number): number {
  return size.outTypes * Math.sqrt(gain / (childrenOf(size) * size.outDim));
}

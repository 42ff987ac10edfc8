/**
 * ‖A‖* − ‖A with row i zeroed‖* for every row i, from a single singular value decomposition.
 *
 * With A = UΣVᵀ, the squared singular values μ of A with row i zeroed solve the secular equation
 *
 *   Σ_j w_j / (λ_j − μ) = 0,  λ_j = σ_j²,  w_j = U_ij²,
 *
 * where, if the rows are dependent, λ = 0 joins with the weight that the others lack to 1. (det(AAᵀ − μ) times the i-th
 * diagonal entry of (AAᵀ − μ)⁻¹ is the determinant without row and column i.) There is one root between each λ and the
 * next smaller one, so each is found on its own in O(rank): O(rank²) per row instead of a decomposition each.
 * Rank-one modification: Golub 1973; Bunch, Nielsen & Sorensen 1978. Iteration: Li 1993, "the middle way" of LAPACK's dlaed4.
 */
import { Matrix, SingularValueDecomposition } from 'ml-matrix';

/** Row-major. */
export interface RowMajorMatrix {
  rows: number;
  columns: number;
  data: Float64Array;
}

/** Roots are found to this share of the eigenvalue above them. */
const TOLERANCE = 1e-13;
/** Bisection alone would get there; the iteration takes about five steps. */
const MAX_STEPS = 60;

/** One value ≥ 0 per row; exactly 0 for rows of zeros. Throws when an entry is not a finite number. */
export function nuclearNormLosses({ rows, columns, data }: RowMajorMatrix): Float64Array {
  const largest = data.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
  if (!Number.isFinite(largest)) throw new Error('The feature maps contain values that are not finite numbers.');
  const losses = new Float64Array(rows);
  if (largest === 0) return losses;

  const matrix = Matrix.from1DArray(rows, columns, data).div(largest);
  const svd = new SingularValueDecomposition(matrix, { computeRightSingularVectors: false, autoTranspose: true });
  const { rank, diagonal: sigma, leftSingularVectors: u } = svd;
  const poles = new Float64Array(rank + 1); // λ, and 0 at the end
  for (let j = 0; j < rank; j++) poles[j] = sigma[j]! ** 2;

  const weights = new Float64Array(rank + 1);
  for (let i = 0; i < rows; i++) {
    if (data.subarray(i * columns, (i + 1) * columns).every((value) => value === 0)) continue;
    let rest = 1;
    for (let j = 0; j < rank; j++) {
      weights[j] = u.get(i, j) ** 2;
      rest -= weights[j]!;
    }
    weights[rank] = rank < rows ? Math.max(0, rest) : 0;
    let loss = 0;
    for (let j = 0; j < rank; j++) {
      const drop = dropBelow(j, poles, weights);
      // σ − σ′ without cancellation
      loss += drop / (sigma[j]! + Math.sqrt(Math.max(0, poles[j]! - drop)));
    }
    losses[i] = loss * largest;
  }
  return losses;
}

/**
 * λ_j − μ for the root μ of the secular equation in [λ_{j+1}, λ_j]. `poles` descend.
 *
 * The sum falls from +∞ to −∞ as the drop δ goes from 0 to the gap. Each step replaces the terms of the poles above the
 * root, and of those below, by one pole each with the same value and slope, and solves that; a bracket guards it.
 */
function dropBelow(j: number, poles: Float64Array, weights: Float64Array): number {
  const top = poles[j]!;
  const gap = top - poles[j + 1]!;
  // No weight at 0: row i is independent of the others, and the rank falls.
  if (j + 2 === poles.length && weights[j + 1] === 0) return gap;
  const tolerance = TOLERANCE * top;
  let [low, high] = [0, gap];
  let drop = gap / 2;
  for (let step = 0; step < MAX_STEPS && high - low > tolerance; step++) {
    let [above, aboveSlope, below, belowSlope] = [0, 0, 0, 0];
    for (let k = 0; k <= j; k++) {
      const inverse = 1 / (poles[k]! - top + drop);
      const term = weights[k]! * inverse;
      above += term;
      aboveSlope += term * inverse;
    }
    for (let k = j + 1; k < poles.length; k++) {
      const inverse = 1 / (poles[k]! - top + drop);
      const term = weights[k]! * inverse;
      below += term;
      belowSlope += term * inverse;
    }
    if (above + below > 0) low = drop;
    else high = drop;
    // Model: c + p/δ − q/(gap − δ) = 0, that is c·δ² + b·δ − p·gap = 0 turned to its root in (0, gap).
    const p = aboveSlope * drop ** 2;
    const q = belowSlope * (gap - drop) ** 2;
    const c = above + below - p / drop + q / (gap - drop);
    const b = p + q - c * gap;
    const root = Math.sqrt(Math.max(0, b * b + 4 * c * p * gap));
    const guess = b >= 0 ? (2 * p * gap) / (b + root) : (root - b) / (2 * c);
    const next = guess > low && guess < high ? guess : (low + high) / 2;
    if (Math.abs(next - drop) <= tolerance) return next;
    drop = next;
  }
  return drop;
}

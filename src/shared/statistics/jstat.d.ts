/** The part of jstat that is used; the package brings no types. */
declare module 'jstat' {
  const jStat: {
    /** Logarithm of the gamma function. */
    gammaln: (x: number) => number;
    normal: { cdf: (x: number, mean: number, deviation: number) => number };
    beta: { inv: (probability: number, alpha: number, beta: number) => number };
    studentt: {
      /** Distribution function of Student's t. */
      cdf: (x: number, degreesOfFreedom: number) => number;
      /** Its inverse. */
      inv: (probability: number, degreesOfFreedom: number) => number;
    };
  };
  export default jStat;
}

/** The part of jstat that is used; the package brings no types. */
declare module 'jstat' {
  const jStat: {
    studentt: {
      /** Distribution function of Student's t. */
      cdf: (x: number, degreesOfFreedom: number) => number;
      /** Its inverse. */
      inv: (probability: number, degreesOfFreedom: number) => number;
    };
  };
  export default jStat;
}

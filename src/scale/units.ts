/** From the runs of a study to units: what has to be done in one place, because weights are handed on. */

export interface Unit<R> {
  /** A run that begins by itself, and after it all that are cut from it or go on from it; parents before children. */
  runs: R[];
}

/** @param runs parents before their children. In the order of the first run of each unit. */
export function unitsOf<R extends { id: string; parent: string | null }>(runs: readonly R[]): Unit<R>[] {
  const units: Unit<R>[] = [];
  const unitOf = new Map<string, Unit<R>>();
  for (const run of runs) {
    const unit: Unit<R> = run.parent === null ? { runs: [] } : unitOf.get(run.parent)!;
    if (run.parent === null) units.push(unit);
    unit.runs.push(run);
    unitOf.set(run.id, unit);
  }
  return units;
}

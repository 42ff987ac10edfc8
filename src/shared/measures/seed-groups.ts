/** Runs that differ in their seed and in nothing else: what a mean over seeds may be taken of. */
import type { RunArm } from '../spec/arms.ts';
import { RunSpec } from '../spec/run.ts';

export interface Seeded {
  arm: RunArm;
  /** Fingerprint of the data set, which follows from its images and from how they were prepared. */
  dataset: string;
  /** The specs of the network at the root, of everything that was cut from it on the way, and of the run itself, in this order. */
  lineage: readonly RunSpec[];
}

/**
 * Groups of runs with the same data, preparation and network, trained and cut in the same way all along their ancestry.
 * Of runs with the same seed, which repeat each other, the first is taken.
 */
export function seedGroups<Run>(runs: readonly Run[], seeded: (run: Run) => Seeded): Run[][] {
  const groups = new Map<string, Map<number, Run>>();
  const parsed = parsing();
  for (const run of runs) {
    const { lineage, ...rest } = seeded(run);
    const key = keyOf(lineage, rest, parsed);
    const group = groups.get(key) ?? new Map<number, Run>();
    groups.set(key, group);
    const { seed } = lineage.at(-1)!;
    if (!group.has(seed)) group.set(seed, run);
  }
  return [...groups.values()].map((group) => [...group.values()]);
}

/** Parsed, so that a setting that an older version did not write down is the same as its default. Of thousands of runs most differ in the seed alone. */
function parsing(): (spec: RunSpec) => RunSpec {
  const known = new Map<string, RunSpec>();
  return (spec) => {
    const text = JSON.stringify({ ...spec, seed: 0 });
    const found = known.get(text) ?? RunSpec.parse(spec);
    known.set(text, found);
    return { ...found, seed: spec.seed };
  };
}

function keyOf(lineage: readonly RunSpec[], { arm, dataset }: Omit<Seeded, 'lineage'>, parsed: (spec: RunSpec) => RunSpec): string {
  const { seed: own } = lineage.at(-1)!;
  const specs = lineage.map(parsed);
  const steps = specs.map(({ training, pruning, firstEpoch, seed }) => [
    // Whether a run that has collapsed goes on to its end does not make it another one.
    { ...training, stopCollapsed: false },
    pruning,
    firstEpoch,
    seed === own ? 'own' : seed,
  ]);
  // What a cut makes of the network follows from how it is cut.
  return JSON.stringify([arm, dataset, specs[0]!.network, steps]);
}

/** Parts of a finding's sentence. */
import type { RunSpec } from '../spec/run.ts';

/** "capsules.0", "capsules.0 and capsules.2", "capsules.0 to capsules.3 and classes": `layers` in the order of `all`. */
export function layersText(layers: readonly string[], all: readonly string[]): string {
  const stretches: string[][] = [];
  for (const layer of layers) {
    const last = stretches.at(-1);
    if (last && isNumbered(layer) && all.indexOf(layer) === all.indexOf(last.at(-1)!) + 1 && sameKind(layer, last[0]!)) last.push(layer);
    else stretches.push([layer]);
  }
  const told = stretches.flatMap((stretch) => (stretch.length > 2 ? [`${stretch[0]!} to ${stretch.at(-1)!}`] : stretch));
  return told.length === 1 ? told[0]! : `${told.slice(0, -1).join(', ')} and ${told.at(-1)!}`;
}
const isNumbered = (layer: string) => layer.includes('.');
const sameKind = (a: string, b: string) => a.split('.')[0] === b.split('.')[0];

/** "from the start" for what was so before the first step of a network; of a run that goes on from another, what it began with. */
export function sinceText(epoch: number, { firstEpoch, pruning }: Pick<RunSpec, 'firstEpoch' | 'pruning'>): string {
  if (epoch !== firstEpoch) return `since epoch ${epoch}`;
  return firstEpoch === 0 ? 'from the start' : pruning ? 'since the cut' : 'since before this run';
}

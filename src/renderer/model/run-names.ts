/**
 * What runs are called where several stand together. A name that somebody has given stays; a run that a study has planned is
 * called by what it is: network, arm, cut and seed, as far as these differ. No two of the runs are called the same.
 */
import type { RunSummary } from '../../shared/contract/index.ts';
import { armNames } from '../../shared/spec/arms.ts';

type Runs = ReadonlyMap<string, RunSummary>;

const plannedName =
  /^(unpruned|source|CCM alone|pruned|random cut|from scratch)( (chip|l1|random|ccm|activation))?( b[\d.]+ c[\d.]+( types)?( inherit)?)?( \(.*\))?$/;

/** Whether the name was made by a plan, and says nothing that the run itself does not. */
export const isPlanned = ({ name }: Pick<RunSummary, 'name'>): boolean => plannedName.test(name);

/** The network before any cut: what the arms of a study have in common. */
export function originOf(run: RunSummary, runs: Runs): string {
  let root = run;
  for (let parent = runs.get(run.parent ?? ''); parent; parent = runs.get(parent.parent ?? '')) root = parent;
  return run.before ?? root.network.name;
}

/** ".5" */
export const ratioText = (ratio: number): string => String(ratio).replace(/^0\./, '.');

/** Of the backbone: one ratio, or in brackets those of its blocks. */
export const backboneText = ({ backbone, blocks }: NonNullable<RunSummary['pruning']>): string =>
  blocks === null ? ratioText(backbone) : `(${blocks.map(ratioText).join(' ')})`;

/** "chip .5/.5": of the backbone's channels and of the primary capsules'; empty without a cut. */
export function cutText({ pruning, arm, name }: Pick<RunSummary, 'pruning' | 'arm' | 'name'>): string {
  if (!pruning) return arm === 'scratch' ? controlledText(name) : '';
  const extras = [pruning.granularity === 'type' ? ' types' : '', pruning.capsuleLayers === 'inherit' ? ' inherit' : ''].join('');
  // Chance is an arm of its own, whose name says so.
  const criterion = arm === 'random' ? '' : `${pruning.criterion} `;
  return `${criterion}${backboneText(pruning)}/${ratioText(pruning.capsules)}${extras}`;
}

/** Of a run from scratch, the cut that it is a control for, as its plan has named it: "b0.5 c0.5"; empty where there is but one. */
export const controlledCut = (name: string): string => plannedName.exec(name)?.[4]?.trim() ?? '';

/** ".5/.5" */
function controlledText(name: string): string {
  const [, backbone, capsules, types = ''] = /^b([\d.]+) c([\d.]+)( types)?/.exec(controlledCut(name)) ?? [];
  return backbone === undefined ? '' : `${ratioText(Number(backbone))}/${ratioText(Number(capsules))}${types}`;
}

type Part = (run: RunSummary) => string;

/** In the order in which they stand; the first three are one phrase. */
function partsIn(runs: Runs): Record<'network' | 'arm' | 'cut' | 'seed' | 'study' | 'data' | 'epochs' | 'day', Part> {
  return {
    network: (run) => originOf(run, runs),
    arm: ({ arm }) => armNames[arm],
    cut: cutText,
    seed: ({ seed }) => `seed ${seed}`,
    study: ({ study }) => study?.name ?? '',
    data: ({ dataset }) => dataset.name,
    epochs: ({ lastEpoch }) => `${lastEpoch} epochs`,
    day: ({ created }) => created.slice(0, 16).replace('T', ' '),
  };
}

/** By id. @param runs all that are known, among them those that these were cut from. */
export function shortNames(named: readonly RunSummary[], runs: Runs): ReadonlyMap<string, string> {
  const parts = partsIn(runs);
  const planned = named.filter(isPlanned);
  const alone = planned.length === 1;
  const differ = (part: Part, among: readonly RunSummary[]) => new Set(among.map(part)).size > 1;
  const phrase = (['network', 'cut'] as const).filter((part) => alone || differ(parts[part], planned));
  const withSeed = alone || differ(parts.seed, planned);
  const base = (run: RunSummary): string => {
    if (!isPlanned(run)) return run.name;
    const said = [phrase.includes('network') ? parts.network(run) : '', parts.arm(run), phrase.includes('cut') ? parts.cut(run) : ''];
    return [said.filter(Boolean).join(' '), ...(withSeed ? [parts.seed(run)] : [])].join(', ');
  };
  const names = new Map<string, string>();
  for (const [name, same] of Map.groupBy(named, base)) {
    // What tells them apart, of each kind only if the kinds before do not.
    let groups = [same];
    const added: Part[] = [];
    for (const part of Object.values(parts)) {
      if (groups.every((group) => group.length === 1)) break;
      if (!groups.some((group) => differ(part, group))) continue;
      added.push(part);
      groups = groups.flatMap((group) => [...Map.groupBy(group, part).values()]);
    }
    for (const group of groups)
      for (const run of group)
        names.set(
          run.id,
          [name, ...added.map((part) => part(run)).filter(Boolean), ...(group.length > 1 ? [`#${run.id}`] : [])].join(', '),
        );
  }
  return told(names);
}

/** Runs of different kinds may still have come to the same name: their ids tell those apart. */
function told(names: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const counts = new Map<string, number>();
  for (const name of names.values()) counts.set(name, (counts.get(name) ?? 0) + 1);
  return new Map([...names].map(([id, name]) => [id, counts.get(name)! > 1 ? `${name}, #${id}` : name]));
}

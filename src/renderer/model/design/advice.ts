/** The one thing that is worth saying of a study before it starts, with what would mend it. */
import { bytes } from '../../../shared/present/format.ts';
import type { InputShape } from '../../../shared/spec/network.ts';
import { StudySpec } from '../../../shared/spec/study.ts';
import type { Steps } from '../../../shared/steps.ts';
import { added, hasCut, impossible, listOf, valuesOf, withCut, withoutImpossible, type Raw } from './draft.ts';
import { networkFactors, pruningFactors } from './factors.ts';
import { countVerdicts, sightSteps, type Sights } from './sights.ts';

export interface Advice {
  severity: 'error' | 'warning' | 'info';
  text: string;
  fix: { label: string; draft: Raw } | null;
}

const [, dim, depth] = networkFactors;
const capsules = pruningFactors.find(({ key }) => key === 'capsules')!;
const smaller = [12, 8, 6, 4, 3, 2, 1];

/** What keeps the study from being read, where it is the networks: which, and a way on. */
export function impossibleAdvice(draft: Raw): Advice | null {
  const pairs = impossible(draft);
  const [first] = pairs;
  if (!first) return null;
  const { types, dim } = first;
  const others = pairs.length > 1 ? `, and ${pairs.length - 1} other ${pairs.length === 2 ? 'pair' : 'pairs'} of N and D` : '';
  return {
    severity: 'error',
    text: `N = ${types} with D = ${dim}: the first backbone block would have ${(types * dim) / 4} channels${others}.`,
    fix: { label: 'Leave these networks out', draft: withoutImpossible(draft) },
  };
}

/** @param space bytes that the study takes and that are free; null where that is not known. */
export function* adviceSteps(
  draft: Raw,
  study: StudySpec,
  sights: Sights,
  input: InputShape,
  space: { needed: number; free: number } | null,
): Steps<Advice | null> {
  const broken = sights.networks.find(({ problem }) => problem !== null);
  if (broken) return { severity: 'error', text: `${broken.label} cannot be built for these images: ${broken.problem!}`, fix: null };
  if (space && space.needed > space.free)
    return { severity: 'error', text: `${bytes(space.needed)} will be needed, and ${bytes(space.free)} are free.`, fix: null };
  const arms = listOf<string>(draft, 'arms', study.arms);
  if (hasCut(draft) && !arms.includes('unpruned'))
    return warning('Without the unpruned network there is nothing to take differences against.', 'Add it', {
      ...draft,
      arms: ['unpruned', ...arms],
    });
  if (!hasCut(draft) && 'arms' in draft && arms.some((arm) => arm !== 'unpruned'))
    return warning(
      'Without a cut only the unpruned networks run: there is nothing that the other arms could be a control of.',
      'Add a cut',
      withCut(draft),
    );
  if (study.seeds.length === 1)
    return warning('One seed shows that something can happen, and nothing more.', 'Add seeds', {
      ...draft,
      seeds: threeFrom(study.seeds[0]!),
    });
  if (sights.cuts.length > 0 && arms.includes('pruned')) {
    const all = sights.networks.length;
    const eitherWay = sights.networks.filter(
      ({ built, after }) => built?.verdict === 'stays' && after.every((sight) => sight?.verdict === 'stays'),
    ).length;
    if (eitherWay * 2 > all) return { ...(yield* stayEitherWay(draft, eitherWay, all, input)), severity: 'warning' };
    const lost = sights.networks.filter(
      ({ built, after }) => built?.verdict === 'vanishes' && after.every((sight) => sight?.verdict === 'vanishes'),
    ).length;
    if (lost === all && !valuesOf(draft, capsules).includes(0.75))
      return warning(
        `${all === 1 ? 'The network vanishes' : `All ${all} networks vanish`} with and without the cut.`,
        'Add a capsule ratio of 0.75',
        added(draft, capsules, [0.75]),
      );
  }
  return null;
}

const warning = (text: string, label: string, draft: Raw): Advice => ({ severity: 'warning', text, fix: { label, draft } });
const threeFrom = (seed: number): number[] => [seed, seed + 1, seed + 2];

/** A smaller D, or else more layers, with which some network would vanish. */
function* stayEitherWay(draft: Raw, count: number, all: number, input: InputShape): Steps<Omit<Advice, 'severity'>> {
  const text = `${count === all ? (all === 1 ? 'The network stays' : `All ${all} networks stay`) : `${count} of ${all} networks stay`} active with and without the cut: they show its price, not its use.`;
  const least = Math.min(...valuesOf(draft, dim!).filter((value) => typeof value === 'number'));
  const candidates = [
    ...smaller.filter((value) => value < least).map((value) => ({ label: `Add D = ${value}`, draft: added(draft, dim!, [value]) })),
    ...[5, 8].map((value) => ({ label: `Add L = ${value}`, draft: added(draft, depth!, [value]) })),
  ];
  for (const fix of candidates) {
    yield;
    const parsed = StudySpec.safeParse(fix.draft);
    if (!parsed.success) continue;
    const { networks } = yield* sightSteps(parsed.data, input);
    if (countVerdicts(networks.map(({ built }) => built)).vanishes > 0) return { text, fix };
  }
  return { text, fix: null };
}

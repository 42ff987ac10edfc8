/** The question that a study asks, as a sentence: it follows from its arms, and says which answer they cannot give. */
import type { Arm } from '../../../shared/spec/arms.ts';
import type { StudySpec } from '../../../shared/spec/study.ts';
import { pruningSettings } from '../../../shared/study-plan.ts';
import type { NetworkFactorKey } from './factors.ts';

/** What each control holds the cut against. */
const explained: [Arm, string][] = [
  ['ccm', 'the loss term'],
  ['scratch', 'the size'],
  ['random', 'chance'],
];

const asked: Record<NetworkFactorKey, string> = {
  types: 'N',
  dim: 'D',
  depth: 'L',
  kind: 'the kind of layers',
  iterations: 'the routing iterations',
  squash: 'the squash',
  initialisation: 'the initial gain',
  bias: 'the capsule bias',
  residual: 'the shortcuts',
};

const listed = new Intl.ListFormat('en-GB', { type: 'conjunction' });

/** "L changes", "N and L change". */
function change(varied: readonly NetworkFactorKey[]): string {
  const [only] = varied;
  const one = varied.length === 1 && only !== 'iterations' && only !== 'residual';
  return `${listed.format(varied.map((key) => asked[key]))} ${one ? 'changes' : 'change'}`;
}

const sentenceCase = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** @param varied factors of the networks with more than one value. */
export function questionOf(study: Pick<StudySpec, 'arms' | 'ccm' | 'pruning'>, varied: readonly NetworkFactorKey[]): string {
  const cuts = pruningSettings(study.pruning);
  const has = (arm: Arm) => study.arms.includes(arm);
  if (cuts.length === 0 || !has('pruned')) {
    if (varied.length === 0) return 'Do the capsules of this network stay active?';
    const given = varied.some((key) => key === 'types' || key === 'dim' || key === 'depth');
    return `${given ? 'Where do capsules vanish' : 'Do capsules stay active'}, as ${change(varied)}?`;
  }
  const what = cuts.some(({ capsules }) => capsules > 0) ? 'capsule types' : 'channels of the backbone';
  const controls = explained.filter(([arm]) => has(arm) && (arm !== 'ccm' || study.ccm > 0)).map(([, name]) => name);
  const missing = explained.filter(([arm]) => !has(arm)).map(([, name]) => name);
  const beyond = controls.length > 0 ? `, beyond what ${listed.format(controls)} ${controls.length > 1 ? 'explain' : 'explains'}` : '';
  const open = missing.length > 0 ? ` ${sentenceCase(listed.format(missing))} ${missing.length > 1 ? 'are' : 'is'} not ruled out.` : '';
  const twin = has('unpruned') ? '' : ' There is no unpruned network to compare with.';
  return `Does cutting ${what} keep deep layers active${beyond}?${open}${twin}`;
}

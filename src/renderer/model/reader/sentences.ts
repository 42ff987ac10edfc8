/** Sentences of a conclusion as a list with intervals beside them, all on one scale. */
import type { Finding } from '../../../shared/conclusion/finding.ts';
import { span } from '../../../shared/present/format.ts';

export const verdictWords: Record<Finding['verdict'], string> = { holds: 'holds', caveat: 'with a caveat', open: 'undecided' };

export interface Scale {
  low: number;
  high: number;
  /** 0 and at most two more on either side, ascending. */
  ticks: number[];
}

const steps = [0.01, 0.02, 0.05, 0.1, 0.2, 0.25, 0.5, 1];

/** The scale of all intervals; null where no sentence has a difference. */
export function scaleOf(findings: readonly Finding[]): Scale | null {
  const values = findings.flatMap(({ difference, ci95 }) => (difference === null ? [] : [difference, ...(ci95 ?? [])]));
  if (values.length === 0) return null;
  const [least, most] = [Math.min(0, ...values), Math.max(0, ...values)];
  const step = steps.find((one) => Math.max(-least, most) / one <= 2.5) ?? 1;
  const pad = 0.04 * (most - least || 0.1);
  const ticks = [-2, -1, 0, 1, 2].map((i) => i * step).filter((tick) => tick >= least - pad && tick <= most + pad && Math.abs(tick) <= 1);
  return { low: least - pad, high: most + pad, ticks };
}

/** Place on the scale, from 0 to 1. */
export const placeOn = ({ low, high }: Scale, value: number): number => (value - low) / (high - low);

export const pText = (p: number): string => (p < 0.001 ? 'p < 0.001' : `p = ${p.toFixed(p < 0.1 ? 3 : 2)}`);

/** "n = 3 networks, p = 0.012" */
export function countText({ network, n, difference, p }: Finding): string {
  const unit = network === null ? 'networks' : n === 1 ? 'seed' : 'seeds';
  return `n = ${n} ${unit}${difference !== null && p !== null ? `, ${pText(p)}` : ''}`;
}

const reasons: Partial<Record<Finding['kind'], string>> = { size: 'the smaller size', loss: 'the loss term', 'any-cut': 'any cut at all' };
const rivals: Partial<Record<Finding['kind'], string>> = {
  size: 'the small network from scratch',
  loss: 'CCM alone',
  'any-cut': 'a random cut',
};
const listed = new Intl.ListFormat('en-GB', { type: 'conjunction' });
const either = new Intl.ListFormat('en-GB', { type: 'disjunction' });
const SURE = 0.05;

/** The line above all others, and what it is about. */
export interface Headline {
  place: string;
  text: string;
}

/**
 * What the cut does, by the first sentences that speak of one; of a network that is cut in several ways, what all of them do: the first
 * might be the best. Nothing is claimed from tests that came too early. Null where nothing is said of a cut.
 */
export function headlineOf(conclusion: readonly Finding[]): Headline | null {
  const claims = conclusion.filter(isClaim);
  const [first] = claims;
  if (!first) return null;
  const early = tooEarly(claims, conclusion);
  if (early !== null) return { place: first.place, text: early };
  const ofNetwork = first.network === null ? [] : claims.filter(({ network }) => network === first.network);
  const text = ofNetwork.length > 1 ? overCuts(ofNetwork, conclusion) : null;
  if (text !== null) return { place: first.network!, text };
  return {
    place: first.place,
    text: ofOneCut(
      first,
      conclusion.filter(({ place }) => place === first.place),
    ),
  };
}

/** Null where none of the runs behind the claims was tested before batch norm had settled. */
function tooEarly(claims: readonly Finding[], conclusion: readonly Finding[]): string | null {
  const early = new Set(conclusion.find(({ kind }) => kind === 'unsettled')?.runs);
  const behind = [...new Set(claims.flatMap(({ runs }) => runs))];
  const among = behind.filter((id) => early.has(id)).length;
  return among === 0
    ? null
    : `Too early to tell: ${among} of the ${behind.length} runs behind it may have been tested before batch norm had settled.`;
}

const isClaim = ({ kind, difference }: Finding) => kind === 'claim' && difference !== null;

/** Null where no cut helps for certain. */
function overCuts(claims: readonly Finding[], conclusion: readonly Finding[]): string | null {
  const helping = claims.filter(({ verdict, difference }) => verdict === 'holds' && difference! > 0);
  if (helping.length === 0) return null;
  const gains = helping.map(({ difference }) => difference!);
  const [least, most] = [Math.min(...gains), Math.max(...gains)].map((gain) => span(gain));
  const said = `Pruning raised accuracy in ${helping.length} of ${claims.length} cuts, by ${least === most ? most : `${least} to ${most}`}`;
  const places = new Set(helping.map(({ place }) => place));
  const doubts = (Object.keys(reasons) as Finding['kind'][]).flatMap((kind) => {
    const doubted = conclusion.filter((one) => one.kind === kind && one.verdict === 'caveat' && places.has(one.place)).length;
    return doubted === 0 ? [] : [`${reasons[kind]!} may explain it in ${doubted} of them`];
  });
  return doubts.length === 0 ? `${said}.` : `${said}, but ${listed.format(doubts)}.`;
}

/** In the same breath says what else may have done it, so that no claim stands there that a sentence below takes back. */
function ofOneCut(claim: Finding, findings: readonly Finding[]): string {
  const { verdict, measure, n, network } = claim;
  const difference = claim.difference!;
  if (verdict !== 'holds')
    return n < 5
      ? `Undecided: ${n === 1 ? `one ${network === null ? 'network' : 'seed'} is` : `${n} ${network === null ? 'networks' : 'seeds'} are`} too few.`
      : 'Pruning had no detectable effect.';
  const name = measure === 'accuracy' ? 'accuracy' : 'the inactive share';
  const helps = measure === 'accuracy' ? difference > 0 : difference < 0;
  const said = `Pruning ${difference > 0 ? 'raised' : 'lowered'} ${name} by ${span(Math.abs(difference))}`;
  if (!helps) return `${said}.`;
  const doubts = findings.filter((one) => one.verdict === 'caveat' && one.kind in reasons);
  const better = doubts.filter((one) => one.p !== null && one.p < SURE && one.difference! < 0);
  const distinct = (names: typeof reasons, some: readonly Finding[]) => [...new Set(some.map(({ kind }) => names[kind]!))];
  if (better.length > 0) {
    const names = distinct(rivals, better);
    return `${said}, but ${listed.format(names)} did better still.`;
  }
  return doubts.length > 0 ? `${said}, but ${either.format(distinct(reasons, doubts))} may explain all of it.` : `${said}.`;
}

/** Of several networks, or of a network and its cut. */
export interface SentenceGroup {
  place: string;
  together: boolean;
  findings: Finding[];
}

/** What is said of several networks first, then network by network. */
export function groupsOf(conclusion: readonly Finding[]): SentenceGroup[] {
  return [...Map.groupBy(conclusion, ({ place }) => place)].map(([place, findings]) => ({
    ...{ place, findings },
    together: findings[0]!.network === null,
  }));
}

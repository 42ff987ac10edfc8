/** What a run shows, the worst first: a headline, and the evidence for it, each piece leading to the chart that has it. */
import type { RunDetail } from '../../../shared/contract/index.ts';
import { divergenceOf } from '../../../shared/findings/divergence.ts';
import type { Finding, FindingKind } from '../../../shared/findings/finding.ts';
import { layersText, sinceText } from '../../../shared/findings/words.ts';
import { gainRatio, type NetworkForecast } from '../../../shared/forecast/forecast.ts';
import { verdictSentence, weakestOf } from '../../../shared/forecast/sentence.ts';
import { MARGIN } from '../../../shared/forecast/verdict.ts';
import { basisWords } from '../../../shared/forecast/words.ts';
import { countAsMeasured } from '../../../shared/inactive.ts';
import { accuracy as printAccuracy, percent, portion, real } from '../../../shared/present/format.ts';
import { layerName, withLayerNames } from '../../../shared/present/layer-name.ts';
import type { NetworkSpec } from '../../../shared/spec/network.ts';
import type { InactiveSummary, ShownStatus } from '../../../shared/results.ts';

/** The charts of the overview, by the numbers that they bear. */
export const charts = { capsules: 1, depth: 2, gradients: 3, accuracy: 4, loss: 5 } as const;
export type ChartNumber = (typeof charts)[keyof typeof charts];

/** A piece of a sentence; with a chart, it leads there. */
export interface Piece {
  text: string;
  chart: ChartNumber | null;
}

export interface Story {
  /** `vanished`: red; `warning`: orange; `well`: green; `mixed`: nothing has vanished, and yet it is not well; `open`: nothing to say yet. */
  tone: 'vanished' | 'warning' | 'well' | 'mixed' | 'open';
  headline: string;
  evidence: Piece[];
}

const chartOf: Record<FindingKind, ChartNumber> = {
  inactive: charts.capsules,
  'loss-stuck': charts.loss,
  diverged: charts.loss,
  'no-gradient': charts.gradients,
  falling: charts.depth,
  'routing-uniform': charts.depth,
  'routing-static': charts.depth,
  woken: charts.capsules,
  'stopped-early': charts.accuracy,
};

const plain = (text: string): Piece => ({ text, chart: null });
const shown = (text: string, chart: ChartNumber): Piece => ({ text, chart });

/**
 * @param network that the run begins with
 * @param forecast of it; null where there is none
 */
export function storyOf(run: RunDetail, network: NetworkSpec, forecast: NetworkForecast | null): Story {
  const { findings, epochs, evaluation, summary, spec } = run;
  if (summary.status === 'failed') return failed(run);
  const activity = evaluation?.activity ?? epochs.at(-1)?.test.activity;
  if (!activity) return unmeasured(run, network, forecast);
  const counted = countAsMeasured(activity, spec.training.measure);
  const inactive = findings.filter(({ kind, severity }) => kind === 'inactive' && severity === 'vanished');
  if (inactive.length > 0)
    return {
      tone: 'vanished',
      headline: vanishedHeadline(run, counted, inactive),
      evidence: joined([
        ...lossEvidence(run),
        orderEvidence(run, inactive),
        gainEvidence(run, forecast),
        gradientEvidence(findings),
        // Of the rest only what ended the run; beside what has vanished, more would be too much.
        ...findings.filter(({ kind }) => kind === 'stopped-early').map(sentence),
      ]),
    };
  const [worst] = findings;
  if (worst && worst.severity !== 'note')
    return {
      tone: worst.severity,
      headline: warningHeadline(worst, counted),
      evidence: joined([...findings.map(sentence), gainEvidence(run, forecast), accuracyEvidence(run)]),
    };
  return {
    tone: isWell(run, counted) ? 'well' : 'mixed',
    headline: wellHeadline(run, counted),
    evidence: joined([gainEvidence(run, forecast), shortest(counted), ...findings.map(sentence)]),
  };
}

/** Share of the way from chance to no error that a network has at least come if it is well. */
const USEFUL = 0.5;

function isWell({ epochs, evaluation, classes }: RunDetail, { total }: InactiveSummary): boolean {
  const accuracy = (evaluation ?? epochs.at(-1)?.test)?.accuracy ?? 0;
  const chance = 1 / classes.length;
  return total === 0 && accuracy - chance >= USEFUL * (1 - chance);
}

/** Before the first epoch has ended there is only what was to be expected. */
function unmeasured({ summary }: RunDetail, network: NetworkSpec, forecast: NetworkForecast | null): Story {
  const headlines: Partial<Record<ShownStatus, string>> = {
    running: 'The first epoch is being trained',
    queued: 'Waiting to be trained',
    paused: 'Paused before anything was measured; it goes on with the queue',
  };
  const headline = headlines[summary.status] ?? 'Ended before anything was measured';
  const expected = forecast
    ? [shown('Forecast', charts.depth), plain(` ${basisWords[forecast.basis]}: ${lower(verdictSentence(network, forecast))}`)]
    : [];
  return { tone: 'open', headline, evidence: expected };
}

const lower = (text: string) => text.charAt(0).toLowerCase() + text.slice(1);

function failed({ summary, epochs }: RunDetail): Story {
  const divergence = summary.error === null ? null : divergenceOf(summary.error);
  const headline = divergence
    ? `Failed in epoch ${divergence.epoch}: the loss is ${Number.isNaN(divergence.loss) ? 'not a number' : 'infinite'}`
    : epochs.length > 0
      ? `Failed after epoch ${summary.epoch}`
      : 'Failed before its first epoch ended';
  const error = summary.error === null ? [] : divergence ? [shown(summary.error, charts.loss)] : [plain(summary.error)];
  return { tone: 'vanished', headline, evidence: error };
}

/** What of its sentence the chart shows. */
const keyPhrase: Record<FindingKind, RegExp> = {
  inactive: /inactive/,
  'loss-stuck': /0\.81/,
  diverged: /NaN|infinite/,
  'no-gradient': /any gradient|no gradient/,
  falling: /falls by about \d+ % an epoch/,
  'routing-uniform': /uniform/,
  'routing-static': /the same for every image/,
  woken: /woken/,
  'stopped-early': /Stopped early/,
};

function sentence({ kind, text }: Finding): Piece[] {
  const told = withLayerNames(text);
  const [phrase] = keyPhrase[kind].exec(told) ?? [told];
  const at = told.indexOf(phrase);
  return [plain(told.slice(0, at)), shown(phrase, chartOf[kind]), plain(told.slice(at + phrase.length))].filter(
    (piece) => piece.text !== '',
  );
}

/** Sentences with spaces between them. */
function joined(sentences: (Piece[] | null)[]): Piece[] {
  const told = sentences.filter((pieces) => pieces !== null);
  return told.flatMap((pieces, i) => (i === 0 ? pieces : [plain(' '), ...pieces]));
}

function vanishedHeadline({ spec }: RunDetail, counted: InactiveSummary, findings: readonly Finding[]): string {
  const gone = counted.perLayer.filter(({ inactive, of }) => of > 0 && inactive === of).map(({ layer }) => layer);
  // Of layers that went one after another, all of it holds since the last of them.
  const since = sinceText(Math.max(...findings.map(({ since: epoch }) => epoch ?? spec.firstEpoch)), spec);
  if (counted.total === counted.of) return `All ${counted.of} capsule types inactive ${since}`;
  const layers = layersText(
    gone,
    counted.perLayer.map(({ layer }) => layer),
  );
  return `${withLayerNames(layers)} inactive ${since}: ${portion(counted)} capsule types`;
}

/** What was gone first, where not all of it went together. */
function orderEvidence({ epochs, spec }: RunDetail, findings: readonly Finding[]): Piece[] | null {
  const first = findings.reduce((a, b) => ((b.since ?? 0) < (a.since ?? 0) ? b : a));
  const layers = /of (capsules\..+?) have been/.exec(first.text)?.[1];
  if (layers !== undefined && findings.some(({ since }) => since !== first.since))
    return [
      plain('It began with '),
      shown(withLayerNames(layers), charts.capsules),
      plain(`, inactive ${sinceText(first.since ?? spec.firstEpoch, spec)}.`),
    ];
  const start = epochs[0]?.start && countAsMeasured(epochs[0].start.activity, spec.training.measure);
  if (!start || start.total === 0 || first.since === spec.firstEpoch) return null;
  const when = spec.firstEpoch === 0 ? 'before the first step' : spec.pruning ? 'right after the cut' : 'when this run began';
  return [shown(portion(start), charts.capsules), plain(` were inactive ${when}.`)];
}

/** Where nothing is learnt any more: all of it in one sentence. */
function gradientEvidence(findings: readonly Finding[]): Piece[] | null {
  const told = findings.filter(({ kind }) => kind === 'no-gradient');
  const where = told.map(({ text, since }) => {
    const layers = /gradient for (.+?) since/.exec(text)?.[1];
    return `${layers === undefined ? '' : ` for ${withLayerNames(layers)}`} since epoch ${since}`;
  });
  if (where.length === 0) return null;
  return [
    shown('No gradient', charts.gradients),
    plain(
      `${where.join(',')}: ${told.some(({ text }) => text.startsWith('No layer')) ? 'training longer will not help' : 'these layers no longer learn'}.`,
    ),
  ];
}

function warningHeadline(worst: Finding, counted: InactiveSummary): string {
  const layer = worst.layer === null ? 'The network' : layerName(worst.layer);
  const inactive = `${portion(counted)} capsule types inactive`;
  switch (worst.kind) {
    case 'falling':
      return `${layer} ${layer.startsWith('Capsules') ? 'are' : 'is'} dying out: ${inactive}`;
    case 'no-gradient':
      return worst.layer === null ? 'No layer is learning any more' : `No gradient reaches ${layer}`;
    case 'inactive':
      return `Inactive when tested, not in training: ${inactive}`;
    default:
      return withLayerNames(worst.text.split(/[:.] /)[0]!);
  }
}

function wellHeadline({ epochs, spec }: RunDetail, counted: InactiveSummary): string {
  const test = epochs.at(-1)?.test;
  const reached = test ? `; ${percent(test.accuracy, 1)} accuracy` : '';
  if (counted.of === 0) return `No intermediate layers in which activity could vanish${reached}`;
  if (counted.total > 0) return `${portion(counted)} capsule types inactive${reached}`;
  const always = epochs.every(({ test: { activity } }) => countAsMeasured(activity, spec.training.measure).total === 0);
  const began = spec.firstEpoch === 0 ? '' : spec.pruning ? ' since the cut' : ` from ${spec.firstEpoch + 1} on`;
  return `All ${counted.of} capsule types active${always && epochs.length > 1 ? ` in every epoch${began}` : ''}${reached}`;
}

/** Loss and accuracy of a network that says nothing. */
function lossEvidence(run: RunDetail): (Piece[] | null)[] {
  const test = run.epochs.at(-1)?.test;
  if (!test) return [];
  const chance = 1 / run.classes.length;
  const byChance = Math.abs(test.accuracy - chance) < 0.02;
  const zeros = Math.abs(test.margin - 0.81) < 1e-3;
  if (!zeros) return [accuracyEvidence(run)];
  return [
    [
      plain('Margin loss '),
      shown(test.margin.toFixed(2), charts.loss),
      plain(' is what a network of zeros gives'),
      ...(byChance ? [plain(', and '), shown(printAccuracy(test.accuracy), charts.accuracy), plain(' is chance.')] : [plain('.')]),
    ],
  ];
}

function accuracyEvidence({ epochs }: RunDetail): Piece[] | null {
  const [before, last] = epochs.slice(-2).map(({ test }) => test.accuracy);
  const latest = last ?? before;
  if (latest === undefined) return null;
  const change = last === undefined || before === undefined ? 0 : last - before;
  const trend = Math.abs(change) < 5e-4 ? '' : `, ${change > 0 ? 'up' : 'down'} by ${percent(Math.abs(change), 1)} in the last epoch`;
  return [plain('Test accuracy is '), shown(printAccuracy(latest), charts.accuracy), plain(`${trend}.`)];
}

/** The gain against the critical one, what was forecast, and what was measured before the first step. */
function gainEvidence({ epochs, spec }: RunDetail, forecast: NetworkForecast | null): Piece[] | null {
  const weakest = forecast && weakestOf(forecast);
  if (!weakest || forecast.basis === 'nothing') return null;
  const ratio = gainRatio(weakest);
  const side = Math.abs(ratio - 1) <= MARGIN ? 'near' : ratio < 1 ? 'below' : 'above';
  const { iterations } = spec.network.intermediate[0]!;
  const last = forecast.layers.findLast(({ layer }) => layer !== 'classes')!;
  const expected = last.probe?.mean ?? last.closedForm;
  const start = epochs[0]?.start?.activity.find(({ layer }) => layer === last.layer);
  const measured = start ? start.meanLength.reduce((sum, one) => sum + one, 0) / start.meanLength.length : null;
  const when = spec.firstEpoch === 0 ? 'before training' : spec.pruning ? 'after the cut' : 'when this run began';
  const length = (value: number) => shown(value < 1e-8 ? '0' : real(value, 2), charts.depth);
  return [
    plain('Gain '),
    shown(weakest.gain.toFixed(2), charts.depth),
    plain(
      ` is ${side} the critical ${weakest.criticalGain.toFixed(2)} for ${iterations} routing ${iterations === 1 ? 'iteration' : 'iterations'}`,
    ),
    ...(expected === null
      ? []
      : [plain(`; forecast ${basisWords[forecast.basis]}, ${layerName(last.layer)} would have a mean length of `), length(expected)]),
    ...(measured === null
      ? []
      : [
          plain(expected === null ? `; ${when} ${layerName(last.layer)} had a mean length of ` : `, and ${when} it had `),
          length(measured),
        ]),
    plain('.'),
  ];
}

function shortest({ perLayer }: InactiveSummary): Piece[] | null {
  const types = perLayer.flatMap(({ layer, activations }) => activations.map((value, type) => ({ layer, type, value })));
  const least = types.reduce<(typeof types)[number] | null>((best, one) => (best && best.value <= one.value ? best : one), null);
  if (!least) return null;
  return [
    plain('Least active: '),
    shown(`${layerName(least.layer)}, type ${least.type}`, charts.capsules),
    plain(`, at ${real(least.value, 2)}.`),
  ];
}

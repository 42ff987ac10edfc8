/**
 * What a study says of its networks before any cut, where it has several: along which setting activity goes out, and whether
 * that was foreseen. A network has lost its activity if it has collapsed in most of its seeds.
 */
import type { Basis } from '../forecast/forecast.ts';
import type { Verdict } from '../forecast/verdict.ts';
import { basisWords } from '../forecast/words.ts';
import { accuracy, percent } from '../present/format.ts';
import type { Arm } from '../spec/arms.ts';
import { meanOf } from '../statistics/moments.ts';
import { shareInterval, type Interval } from '../statistics/tests.ts';
import { factors, factorText, type FactorName, type FactorValues } from '../study-factors.ts';
import { none, said, type Finding, type Numbers } from './finding.ts';

/** A run as far as this goes by it. */
export interface Uncut {
  id: string;
  network: string;
  arm: Arm;
  factors: FactorValues;
  /** Equal for networks that differ in nothing but their factors: all else that they have, and how they are trained. */
  rest: string;
  forecast: Verdict | null;
  /** What the forecast is from. */
  basis: Basis;
  result: { accuracy: number; collapsed: boolean } | null;
}

/** The unpruned runs of a network that have ended, at least one. */
interface Network {
  name: string;
  factors: FactorValues;
  rest: string;
  forecast: Verdict | null;
  basis: Basis;
  runs: string[];
  accuracies: number[];
  collapsed: number;
}

/** Fewer are sooner read one by one. */
const LEAST_LEVELS = 3;
const LEAST_FORECAST = 4;
/** With more, none of them is what the study is about. */
const MOST_SERIES = 4;

const lost = ({ collapsed, runs }: Network) => 2 * collapsed > runs.length;

/** @returns also the names of the networks of which nothing more needs to be said, one by one */
export function vanishingFindings(runs: readonly Uncut[]): { findings: Finding[]; told: ReadonlySet<string> } {
  const networks = networksOf(runs);
  const series = seriesOf(networks);
  const missing = runs.filter(({ arm, result }) => arm === 'unpruned' && !result).length;
  const findings = series.length <= MOST_SERIES ? series.map((one) => alongSetting(one, missing)) : [];
  const told = findings.length > 0 ? series.flatMap((one) => one.levels.map(({ network }) => network.name)) : [];
  return { findings: [...againstForecast(networks), ...findings], told: new Set(told) };
}

function networksOf(runs: readonly Uncut[]): Network[] {
  const ended = runs.flatMap(({ arm, result, ...run }) => (arm === 'unpruned' && result ? [{ ...run, result }] : []));
  return [...Map.groupBy(ended, ({ network }) => network)].map(([name, group]) => ({
    ...{ name, factors: group[0]!.factors, rest: group[0]!.rest, forecast: group[0]!.forecast, basis: group[0]!.basis },
    runs: group.map(({ id }) => id),
    accuracies: group.map(({ result }) => result.accuracy),
    collapsed: group.filter(({ result }) => result.collapsed).length,
  }));
}

/** What a network has independently of each other, other than D/N, its name, and everything about a cut. */
const settings = ['dataset', 'types', 'dim', 'depth', 'kind', 'iterations', 'squash', 'initialisation', 'bias', 'residual'] as const;

/** Networks that differ in one number alone, in ascending order of it. */
interface Series {
  setting: FactorName;
  levels: { value: number; network: Network }[];
}

/** Those in which some networks have lost their activity and some have not. */
function seriesOf(networks: readonly Network[]): Series[] {
  return settings.flatMap((setting) => {
    const others = settings.filter((name) => name !== setting);
    const alike = Map.groupBy(networks, (network) => JSON.stringify([network.rest, ...others.map((name) => network.factors[name])]));
    return [...alike.values()].flatMap((group): Series[] => {
      const levels = group.flatMap((network) => {
        const value = network.factors[setting];
        return typeof value === 'number' ? [{ value, network }] : [];
      });
      const distinct = new Set(levels.map(({ value }) => value)).size;
      // Two at one place differ in something else, too. What is no number, as the paper's initial weights among gains, has no place.
      const clear = distinct === levels.length && distinct >= LEAST_LEVELS;
      const mixed = levels.some(({ network }) => lost(network)) && !levels.every(({ network }) => lost(network));
      return clear && mixed ? [{ setting, levels: levels.sort((a, b) => a.value - b.value) }] : [];
    });
  });
}

/** @param missing unpruned runs of the study without a result, which may be of levels that are not there */
function alongSetting({ setting, levels }: Series, missing: number): Finding {
  const values = levels.map(({ value }) => value);
  const at = (value: number) => `${factors[setting].symbol} = ${factorText(setting, value)}`;
  const range = `${at(values[0]!)} to ${factorText(setting, values.at(-1)!)}`;
  const networks = levels.map(({ network }) => network);
  const stretches = stretchesOf(levels);
  const parts = stretches.map((stretch) => {
    const [first, last] = [stretch[0]!.value, stretch.at(-1)!.value];
    const where = first === last ? at(first) : `${at(first)} to ${factorText(setting, last)}`;
    const { collapsed, of } = countOf(stretch);
    const mean = meanOf(stretch.map(({ network }) => meanOf(network.accuracies)));
    const interval = shareInterval(collapsed, of);
    return (numbers: Numbers) =>
      `${where}, ${collapsed} of ${of} runs collapsed${numbers(` (95 % interval ${percent(interval[0])} to ${percent(interval[1])})`)}, mean test accuracy ${accuracy(mean)}`;
  });
  const without = missing === 0 ? '' : ` ${missing} unpruned ${missing === 1 ? 'run has' : 'runs have'} no result.`;
  const text = (numbers: Numbers) => `${whereLost(levels, at)}: ${parts.map((part) => part(numbers)).join('; ')}.${without}`;
  return {
    ...none,
    ...said([commonName(networks), range].filter((part) => part !== '').join(', '), text),
    verdict: areApart(stretches) ? 'holds' : 'open',
    kind: 'series',
    network: null,
    pruning: null,
    n: networks.length,
    runs: networks.flatMap(({ runs }) => runs),
  };
}

type Levels = Series['levels'];

/** Neighbours of which no run has collapsed, some have, or all have. */
function stretchesOf(levels: Levels): Levels[] {
  const state = ({ network }: Levels[number]) =>
    network.collapsed === 0 ? 'none' : network.collapsed === network.runs.length ? 'all' : 'some';
  return levels.reduce<Levels[]>((stretches, level) => {
    const last = stretches.at(-1);
    if (last && state(last[0]!) === state(level)) last.push(level);
    else stretches.push([level]);
    return stretches;
  }, []);
}

const countOf = (stretch: Levels) => ({
  collapsed: stretch.reduce((sum, { network }) => sum + network.collapsed, 0),
  of: stretch.reduce((sum, { network }) => sum + network.runs.length, 0),
});

/** Whether any two stretches have shares of collapsed runs whose intervals do not meet. */
function areApart(stretches: readonly Levels[]): boolean {
  const intervals = stretches.map((stretch) => {
    const { collapsed, of } = countOf(stretch);
    return shareInterval(collapsed, of);
  });
  return Math.max(...intervals.map(([low]) => low)) > Math.min(...intervals.map(([, high]) => high));
}

function whereLost(levels: Levels, at: (value: number) => string): string {
  const dead = levels.map(({ network }) => lost(network));
  const [first, last] = [dead.indexOf(true), dead.lastIndexOf(true)];
  const joined = dead.slice(first, last + 1).every(Boolean);
  if (joined && last === levels.length - 1) return `activity goes out from ${at(levels[first]!.value)} on`;
  if (joined && first === 0) return `activity goes out up to ${at(levels[last]!.value)}, and stays above`;
  const where = levels.filter(({ network }) => lost(network)).map(({ value }) => at(value));
  return `activity goes out with ${new Intl.ListFormat('en-GB').format(where)}`;
}

/** What the names of networks have in common: "N8 D4, 1 iteration". */
function commonName(networks: readonly Network[]): string {
  const names = networks.map(({ name }) => {
    const [numbers = '', ...extras] = name.split(', ');
    return { numbers: numbers.split(' '), extras };
  });
  const shared = (of: (name: (typeof names)[number]) => string[]) =>
    of(names[0]!).filter((part) => names.every((name) => of(name).includes(part)));
  return [shared(({ numbers }) => numbers).join(' '), ...shared(({ extras }) => extras)].filter((part) => part !== '').join(', ');
}

/** "on images", or how many are from what. */
function basesOf(networks: readonly Network[]): string {
  const bases = [...Map.groupBy(networks, ({ basis }) => basis)];
  return bases.map(([basis, { length }]) => `${bases.length > 1 ? `${length} ` : ''}${basisWords[basis]}`).join(', ');
}

const foreseen = { vanishes: 'forecast to vanish', open: 'left open', stays: 'forecast to stay' } as const satisfies Record<
  Verdict,
  string
>;

/** How many networks of each forecast have lost their activity, with the networks for the sample. */
function againstForecast(networks: readonly Network[]): Finding[] {
  const known = networks.filter(({ forecast }) => forecast !== null);
  const rows = (Object.keys(foreseen) as Verdict[]).flatMap((verdict) => {
    const group = known.filter(({ forecast }) => forecast === verdict);
    const collapsed = group.filter(lost).length;
    return group.length === 0 ? [] : [{ verdict, collapsed, of: group.length, interval: shareInterval(collapsed, group.length) }];
  });
  const decided = rows.filter(({ verdict }) => verdict !== 'open');
  if (decided.reduce((sum, { of }) => sum + of, 0) < LEAST_FORECAST) return [];
  const text = (numbers: Numbers) =>
    `${rows
      .map(
        ({ verdict, collapsed, of, interval }, i) =>
          `of ${of} ${foreseen[verdict]}, ${collapsed}${i === 0 ? ' collapsed in most of their seeds' : ''}${numbers(` (95 % interval ${percent(interval[0])} to ${percent(interval[1])})`)}`,
      )
      .join('; ')}.`;
  const right = decided.map(({ verdict, interval: [low, high] }): Interval => (verdict === 'vanishes' ? [low, high] : [1 - high, 1 - low]));
  const verdict = right.some(([, high]) => high < 0.5) ? 'caveat' : right.every(([low]) => low > 0.5) ? 'holds' : 'open';
  return [
    {
      ...none,
      ...said(`The forecast of ${known.length} networks before any cut, ${basesOf(known)}`, text),
      ...{ verdict, kind: 'forecast', network: null, pruning: null, n: known.length },
      runs: known.flatMap(({ runs }) => runs),
    },
  ];
}

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { NetworkForecast } from '../../shared/forecast/forecast.ts';
import { networkOf, type NetworkSpec } from '../../shared/spec/network.ts';
import { probe, type Probing } from './probing.ts';

const [a, b] = [networkOf({ depth: 1 }), networkOf({ depth: 2 })];
const answerFor = (network: NetworkSpec) => ({ vanishesAt: `${network.intermediate.length}` }) as NetworkForecast;

describe('looking at networks', () => {
  let shown: Probing[];
  let asked: { network: NetworkSpec; answer: (found: NetworkForecast | null) => void; fail: (error: Error) => void }[];
  // Answers are kept by data set, so each test has its own.
  let dataset = 0;
  const start = (networks: NetworkSpec[] | null) => {
    const ask = (_: string, { network }: { network: NetworkSpec }) =>
      new Promise<NetworkForecast | null>((answer, fail) => asked.push({ network, answer, fail }));
    return probe(networks, `data ${dataset}`, ask as unknown as Parameters<typeof probe>[2], (probing) => shown.push(probing));
  };
  beforeEach(() => {
    [shown, asked] = [[], []];
    dataset++;
    vi.useFakeTimers();
  });
  afterEach(() => void vi.useRealTimers());

  it('asks after a pause for one after the other, and shows what is known meanwhile', async () => {
    start([a, b]);
    await vi.advanceTimersByTimeAsync(299);
    expect(asked).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    asked[0]!.answer(answerFor(a));
    await vi.advanceTimersByTimeAsync(0);
    expect(shown.at(-1)).toEqual({ stage: 'looking', found: [answerFor(a), null], slow: false });
    await vi.advanceTimersByTimeAsync(1000);
    expect(shown.at(-1)).toMatchObject({ slow: true });
    asked[1]!.answer(answerFor(b));
    await vi.advanceTimersByTimeAsync(0);
    expect(asked.map(({ network }) => network)).toEqual([a, b]);
    expect(shown.at(-1)).toEqual({ stage: 'seen', found: [answerFor(a), answerFor(b)] });
  });

  it('asks for nothing twice', async () => {
    start([a]);
    await vi.advanceTimersByTimeAsync(300);
    asked[0]!.answer(answerFor(a));
    await vi.advanceTimersByTimeAsync(0);
    start([a]);
    expect(shown.at(-1)).toEqual({ stage: 'seen', found: [answerFor(a)] });
    await vi.advanceTimersByTimeAsync(2000);
    expect(asked).toHaveLength(1);
  });

  it('does not ask for what has changed within the pause, and shows nothing of what was left', async () => {
    start([a])();
    await vi.advanceTimersByTimeAsync(2000);
    expect(asked).toEqual([]);
    const leave = start([a]);
    await vi.advanceTimersByTimeAsync(300);
    const before = shown.length;
    leave();
    asked[0]!.answer(null);
    await vi.advanceTimersByTimeAsync(2000);
    expect(shown).toHaveLength(before);
  });

  it('says what went wrong, and that another one took its turn', async () => {
    start([a]);
    await vi.advanceTimersByTimeAsync(300);
    asked[0]!.fail(new Error('the images are not here'));
    await vi.advanceTimersByTimeAsync(0);
    expect(shown.at(-1)).toEqual({ stage: 'failed', problem: 'the images are not here' });
    start([b]);
    await vi.advanceTimersByTimeAsync(300);
    asked[1]!.answer(null);
    await vi.advanceTimersByTimeAsync(2000);
    expect(shown.at(-1)).toMatchObject({ stage: 'failed' });
  });

  it('has nothing to look at without a network', () => {
    start(null);
    start([]);
    expect(shown).toEqual([{ stage: 'unasked' }, { stage: 'unasked' }]);
  });
});

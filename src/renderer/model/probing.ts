/** Looking at untrained networks on real images, while what is looked at may change at any key. */
import type { NetworkForecast } from '../../shared/forecast/forecast.ts';
import type { NetworkSpec } from '../../shared/spec/network.ts';
import type { call } from '../client/client.ts';

/** What is known of each network, in the order in which they were asked for; null while it is not known. */
export type Probing =
  | { stage: 'unasked' }
  /** `slow`: for so long that one wants to know. */
  | { stage: 'looking'; found: (NetworkForecast | null)[]; slow: boolean }
  | { stage: 'seen'; found: (NetworkForecast | null)[] }
  | { stage: 'failed'; problem: string };

/** Milliseconds after the last key in a number, or the last move of a slider. */
const PAUSE = 300;
/** Milliseconds after which it is said that something is going on. */
const SLOW = 1000;
/** What is looked at again and again: the network before a cut, the settings someone goes back to, and all networks of a study. */
const MOST_KEPT = 1000;

const kept = new Map<string, NetworkForecast>();
const keyOf = (network: NetworkSpec, dataset: string) => JSON.stringify([dataset, network]);

/** What images of the data set said of the network, if they were looked at; null if not. */
export const known = (network: NetworkSpec, dataset: string): NetworkForecast | null => kept.get(keyOf(network, dataset)) ?? null;

/**
 * Looks at one network after the other, and shows each answer. Nothing is shown after the returned function has been called.
 * The workbench has one look at a time: the next one ends this one.
 * @param networks null: there is nothing to ask, and what was shown before no longer holds.
 */
export function probe(
  networks: readonly NetworkSpec[] | null,
  dataset: string,
  ask: typeof call,
  show: (probing: Probing) => void,
): () => void {
  if (!networks || networks.length === 0) {
    show({ stage: 'unasked' });
    return () => undefined;
  }
  const keys = networks.map((network) => keyOf(network, dataset));
  const found = () => keys.map((key) => kept.get(key) ?? null);
  if (found().every((one) => one !== null)) {
    show({ stage: 'seen', found: found() });
    return () => undefined;
  }
  let ended = false;
  let slow = false;
  const look = async () => {
    for (const [i, network] of networks.entries()) {
      if (kept.has(keys[i]!)) continue;
      const answer = await ask('forecast', { network, dataset, options: {} });
      if (answer) keep(keys[i]!, answer);
      if (ended) return;
      if (!answer) {
        show({ stage: 'failed', problem: 'Another window measured a network in the meantime. Change something to measure again.' });
        return;
      }
      if (i < networks.length - 1) show({ stage: 'looking', found: found(), slow });
    }
    show({ stage: 'seen', found: found() });
  };
  show({ stage: 'looking', found: found(), slow });
  let late: ReturnType<typeof setTimeout> | undefined;
  const timer = setTimeout(() => {
    late = setTimeout(() => {
      slow = true;
      show({ stage: 'looking', found: found(), slow });
    }, SLOW);
    look()
      .catch((error: unknown) => {
        if (!ended) show({ stage: 'failed', problem: error instanceof Error ? error.message : String(error) });
      })
      .finally(() => clearTimeout(late));
  }, PAUSE);
  return () => {
    ended = true;
    clearTimeout(timer);
    clearTimeout(late);
  };
}

function keep(key: string, answer: NetworkForecast): void {
  kept.set(key, answer);
  if (kept.size > MOST_KEPT) kept.delete(kept.keys().next().value!);
}

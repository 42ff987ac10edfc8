/** The contract's part on studies that are done on other computers. The host brings what does it. */
import { availableParallelism } from 'node:os';
import type { Handlers } from '../shared/contract/index.ts';
import { InputError } from '../shared/input-error.ts';
import type { Store } from '../store/store.ts';
import type { Library } from './datasets/library.ts';
import type { Clusters, Host } from './host.ts';

/** Null where the host cannot. */
export function openClusters(host: Host, store: Store): Clusters | null {
  if (!host.clusters) return null;
  return host.clusters({
    store,
    resources: host.resources,
    changed: (ids) => host.emit('runs', store.summaries(ids)),
    told: (studies) => host.emit('clusters', studies),
    notice: (text) => host.emit('notice', { kind: 'error', text }),
  });
}

interface Parts {
  clusters: Clusters | null;
  library: Library;
  /** Of this computer; null: one per processor. */
  threads: () => number | null;
}

type ClusterHandlers = Pick<Handlers, Extract<keyof Handlers, `clusters.${string}`>>;

export function clusterHandlers({ clusters, library, threads }: Parts): ClusterHandlers {
  const elsewhere = (): Clusters => {
    if (!clusters) throw new InputError('studies cannot be given to other computers from here');
    return clusters;
  };
  return {
    'clusters.look': ({ host }) => elsewhere().look(host),
    'clusters.submit': (wanted) => {
      const { path } = library.sourceOf(wanted.dataset);
      return elsewhere().submit({ ...wanted, images: path, hands: threads() ?? availableParallelism() });
    },
    'clusters.list': () => clusters?.list() ?? [],
    'clusters.fetch': ({ study, weights }) => elsewhere().fetch(study, weights),
    'clusters.stopFetching': ({ study }) => {
      elsewhere().stopFetching(study);
      return null;
    },
    'clusters.resubmit': ({ study }) => elsewhere().resubmit(study),
    'clusters.cancel': async ({ study }) => {
      await elsewhere().cancel(study);
      return null;
    },
  };
}

/** What looks at networks that are still to be trained have found: they take a second each, and every view goes by them. */
import { createHash } from 'node:crypto';
import { Probe } from '../shared/forecast/probe.ts';
import { NetworkSpec } from '../shared/spec/network.ts';
import { PruningSpec } from '../shared/spec/pruning.ts';
import { fromJson, toJson } from './json.ts';
import type { Sql } from './sql.ts';
import type { StoredRun } from './types.ts';

/** What was looked at: a network with fresh weights on images of a data set, or what a cut leaves of a finished run. */
export type Probed = { dataset: string; network: NetworkSpec } | { parent: string; pruning: PruningSpec };

/** What a look at how this run begins, or has begun, is kept as. */
export const begins = ({ spec, parent, dataset }: Pick<StoredRun, 'spec' | 'parent' | 'dataset'>): Probed =>
  spec.pruning && parent !== null ? { parent, pruning: spec.pruning } : { dataset, network: spec.network };

export class Probes {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  /** Null where it was not looked at. */
  of(probed: Probed): Probe | null {
    const row = this.#sql.get('SELECT probe FROM probes WHERE key = ?', keyOf(probed)) as { probe: string } | undefined;
    if (!row) return null;
    try {
      return fromJson(Probe, row.probe, 'what a look at a network has found');
    } catch {
      // It can be looked at again.
      return null;
    }
  }

  keep(probed: Probed, probe: Probe): void {
    this.#sql.run('INSERT INTO probes (key, probe) VALUES (@key, @probe) ON CONFLICT (key) DO UPDATE SET probe = @probe', {
      key: keyOf(probed),
      probe: toJson(probe),
    });
  }

  /** Ids of the runs that begin with what was looked at. */
  runs(probed: Probed): string[] {
    const [sought, rows] =
      'network' in probed
        ? [
            probed.network,
            this.#sql.all<{ id: string; part: string }>(
              `SELECT id, json_extract(spec, '$.network') AS part FROM runs
               WHERE dataset = @dataset AND json_extract(spec, '$.pruning') IS NULL AND deleted IS NULL`,
              { dataset: probed.dataset },
            ),
          ]
        : [
            probed.pruning,
            this.#sql.all<{ id: string; part: string }>(
              `SELECT id, json_extract(spec, '$.pruning') AS part FROM runs
               WHERE parent = @parent AND json_extract(spec, '$.pruning') IS NOT NULL AND deleted IS NULL`,
              { parent: probed.parent },
            ),
          ];
    const schema = 'network' in probed ? NetworkSpec : PruningSpec;
    const text = JSON.stringify(sought);
    // Most runs share what they have, so that each text is read once.
    const alike = new Map<string, boolean>();
    return rows.flatMap(({ id, part }) => {
      const before = alike.get(part);
      const same = before ?? JSON.stringify(schema.safeParse(JSON.parse(part)).data) === text;
      if (before === undefined) alike.set(part, same);
      return same ? [id] : [];
    });
  }
}

/** Of specs as their schemas answer them, so that the same one has the same text. */
const keyOf = (probed: Probed): string =>
  createHash('sha256')
    .update(JSON.stringify('network' in probed ? [probed.dataset, probed.network] : [probed.parent, probed.pruning]))
    .digest('base64');

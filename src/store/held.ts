/** Runs that other processes have: being trained, or waiting in their queues. */
import type { ElsewhereRuns } from '../shared/contract/index.ts';
import { isAlive, type ProcessIdentity } from './process.ts';
import type { Sql } from './sql.ts';

type Held = ProcessIdentity & { run: string; heartbeat: string; trains: number };

/** Those of processes that live, by process. */
export function heldElsewhere(sql: Sql, self: ProcessIdentity): ElsewhereRuns[] {
  const rows = sql.all<Held>(
    `SELECT id AS run, pid, host, process, heartbeat, 1 AS trains FROM runs WHERE status = 'running'
     UNION ALL SELECT run, pid, host, process, heartbeat, 0 FROM queue WHERE pid IS NOT NULL`,
  );
  const byProcess = Map.groupBy(rows, ({ pid, host, process }) => JSON.stringify([pid, host, process]));
  byProcess.delete(JSON.stringify([self.pid, self.host, self.process]));
  return [...byProcess.values()].flatMap((held) => {
    const { pid, host, process } = held[0]!;
    const last = held.reduce((latest, { heartbeat }) => (heartbeat > latest ? heartbeat : latest), '');
    if (!isAlive({ pid, host, process }, last)) return [];
    const trains = held.filter((row) => row.trains === 1).map(({ run }) => run);
    const waits = held.map(({ run }) => run).filter((run) => !trains.includes(run));
    return [{ by: `process ${pid} on ${host}`, trains, waits }];
  });
}

/** Runs that are being trained: which process does it, and what it records of them. Only the process that trains a run may. */

import type { ElsewhereRuns } from '../shared/contract/index.ts';
import { InputError } from '../shared/input-error.ts';
import type { EpochMetrics } from '../shared/results.ts';
import type { CutNetwork, FinishedRun } from '../shared/run-job.ts';
import { heldElsewhere } from './held.ts';
import { toJson } from './json.ts';
import { isAlive, type ProcessIdentity } from './process.ts';
import type { Queue } from './queue.ts';
import { findRun } from './read.ts';
import { engineColumns } from './rows.ts';
import type { RunFiles } from './run-files.ts';
import type { RunFindings } from './run-findings.ts';
import type { RunResults } from './run-results.ts';
import type { Sql } from './sql.ts';
import type { UsedEngine } from './types.ts';

interface Parts {
  files: RunFiles;
  results: RunResults;
  findings: RunFindings;
  queue: Queue;
}

const now = () => new Date().toISOString();

export class RunTraining {
  readonly #sql: Sql;
  readonly #self: ProcessIdentity;
  readonly #parts: Parts;

  constructor(sql: Sql, self: ProcessIdentity, parts: Parts) {
    this.#sql = sql;
    this.#self = self;
    this.#parts = parts;
  }

  /** Makes this process the one that trains the run. Throws an InputError when another process that lives does so. */
  claim(id: string, engine: UsedEngine): void {
    this.#sql.atomically(() => {
      this.interruptDead();
      const changed = this.#sql.run(
        `UPDATE runs SET status = 'running', engine = @engine, device = @device, choice = @choice, versions = @versions, started = coalesce(started, @now), ended = NULL,
           error = NULL, retries = retries + (status IN ('failed', 'interrupted')), pid = @pid, host = @host, process = @process, heartbeat = @now
         WHERE id = @id AND status NOT IN ('running', 'finished')`,
        { id, ...engineColumns(engine), now: now(), ...this.#self },
      );
      // Why it failed before no longer holds.
      if (changed === 1) {
        this.#parts.findings.renew(id);
        return;
      }
      const owner = this.#sql.get('SELECT status, pid, host FROM runs WHERE id = ?', id) as
        { status: string; pid: number; host: string } | undefined;
      if (owner?.status === 'running')
        throw new InputError(`run ${id} is being trained by process ${owner.pid} on ${owner.host}; wait for it or stop it first`);
      throw new Error(`run ${id} cannot be trained: it is ${owner?.status ?? 'unknown'}`);
    });
    this.#parts.files.sweep(id);
  }

  /** Which engine the run is really trained with, once it has started. */
  recordEngine(id: string, engine: UsedEngine): void {
    this.#own(id, ', engine = @engine, device = @device, choice = @choice, versions = @versions', engineColumns(engine));
  }

  /** Tells processes on other hosts that this one still trains the run. */
  heartbeat(id: string): void {
    this.#own(id, '');
  }

  /** Records what pruning made of the parent's network. */
  recordCut(id: string, { network, cut, params, flops }: CutNetwork): void {
    this.#sql.atomically(() => {
      const spec = toJson({ ...findRun(this.#sql, id)!.spec, network });
      this.#own(id, ', spec = @spec, cut = @cut, params = @params, flops = @flops', { spec, cut: toJson(cut), params, flops });
    });
  }

  /** Records an epoch together with the checkpoint after it, which replaces the one before. */
  recordEpoch(id: string, metrics: EpochMetrics, checkpoint: Uint8Array): void {
    this.#parts.files.replace(id, { checkpoint }, () => {
      this.#own(id, '');
      this.#parts.results.addEpochs(id, [metrics]);
      this.#parts.findings.renew(id, metrics);
    });
  }

  /** The run was stopped on request and goes on from this checkpoint; null: from the one it has, or from the beginning. */
  recordStop(id: string, checkpoint: Uint8Array | null): void {
    this.#parts.files.replace(id, checkpoint ? { checkpoint } : {}, () => this.#end(id, 'stopped'));
  }

  recordFailure(id: string, error: string): void {
    this.#sql.atomically(() => {
      this.#end(id, 'failed', error);
      this.#parts.findings.renew(id);
    });
  }

  /** The process that computed is gone; the run goes on from the checkpoint it has. */
  recordInterruption(id: string, error: string): void {
    this.#end(id, 'interrupted', error);
  }

  /** The run has ended: its weights and results are recorded, its checkpoint is no longer needed. */
  recordFinish(id: string, { weights, activity, evaluation, analysis }: FinishedRun): void {
    this.#parts.files.replace(id, { weights, activity, checkpoint: null }, () => {
      this.#end(id, 'finished');
      this.#parts.results.addResult(id, { evaluation, analysis: { ...analysis, cut: findRun(this.#sql, id)!.cut } });
      this.#parts.findings.renew(id);
    });
  }

  #end(id: string, status: 'stopped' | 'interrupted' | 'failed' | 'finished', error: string | null = null): void {
    this.#own(id, ', status = @status, error = @error, ended = @now, pid = NULL, host = NULL, process = NULL', { status, error });
  }

  /** Changes a run that this process trains. Throws when it does not: what it would write no longer belongs there. */
  #own(id: string, assignments: string, values: Record<string, unknown> = {}): void {
    const changed = this.#sql.run(
      `UPDATE runs SET heartbeat = @now ${assignments}
       WHERE id = @id AND status = 'running' AND pid = @ownPid AND host = @ownHost AND process IS @ownProcess`,
      { ...values, id, now: now(), ownPid: this.#self.pid, ownHost: this.#self.host, ownProcess: this.#self.process },
    );
    if (changed !== 1) throw new Error(`run ${id} is no longer trained by this process`);
  }

  /**
   * The other process that lives and trains this run, or has it waiting in its queue; null: none, the run may be begun,
   * changed or deleted here.
   */
  holderOf(run: string): (ProcessIdentity & { trains: boolean }) | null {
    const row = this.#sql.get(`SELECT pid, host, process, heartbeat FROM runs WHERE id = @run AND status = 'running'`, { run }) as
      (ProcessIdentity & { heartbeat: string }) | undefined;
    if (row) {
      const { heartbeat, ...owner } = row;
      const { pid, host, process } = this.#self;
      if (owner.pid === pid && owner.host === host && owner.process === process) return null;
      if (isAlive(owner, heartbeat)) return { ...owner, trains: true };
    }
    const waits = this.#parts.queue.holderOf(run);
    return waits && { ...waits, trains: false };
  }

  /** Runs that other processes that live train, or have in their queues. */
  heldElsewhere(): ElsewhereRuns[] {
    return heldElsewhere(this.#sql, this.#self);
  }

  /** Runs whose process has died become `interrupted`. Answers their ids. */
  interruptDead(): string[] {
    type Owner = { id: string; pid: number; host: string; process: string | null; heartbeat: string };
    const running = this.#sql.all<Owner>(`SELECT id, pid, host, process, heartbeat FROM runs WHERE status = 'running'`, {});
    const dead = running.filter(({ heartbeat, ...owner }) => !isAlive(owner, heartbeat));
    for (const { id, pid, heartbeat } of dead)
      // Only if nobody else has taken it over meanwhile.
      this.#sql.run(
        `UPDATE runs SET status = 'interrupted', ended = heartbeat, pid = NULL, host = NULL, process = NULL
         WHERE id = @id AND status = 'running' AND pid = @pid AND heartbeat = @heartbeat`,
        { id, pid, heartbeat },
      );
    return dead.map(({ id }) => id);
  }
}

/** Which engines work here, how fast, and which one is taken when nobody asks for one. Each is tried in a trainer process of its own. */
import {
  chooseEngine,
  engineNames,
  enginePreference,
  objection,
  type EngineDecision,
  type EngineName,
  type EngineReport,
} from '../shared/engines.ts';
import { InputError } from '../shared/input-error.ts';
import type { EngineChoice } from '../shared/trainer-protocol.ts';
import type { Host } from './host.ts';

/** Milliseconds that an engine gets to answer; an imitated graphics card is slow to compile for. */
const patience = 180_000;

const closing = () => new InputError('Capscope is closing');

interface Context {
  startTrainer: Host['startTrainer'];
  choice: (name: EngineName) => EngineChoice;
}

export class Engines {
  readonly #context: Context;
  readonly #reports = new Map<EngineName, Promise<EngineReport>>();
  /** Each ends one that is being tried. */
  readonly #trials = new Set<() => void>();
  #decision: EngineDecision | null = null;
  #closed = false;

  constructor(context: Context) {
    this.#context = context;
  }

  /** What would be taken; null until decide() has found out. */
  get decision(): EngineDecision | null {
    return this.#decision;
  }

  /** Tries engines in the order of preference until one may be taken. The answer is kept. Rejects when closed meanwhile. */
  async decide(): Promise<EngineDecision> {
    const known: EngineReport[] = [];
    for (const name of enginePreference) {
      if (name === 'wasm') break; // it works, so it need not be tried
      const report = await this.report(name);
      known.push(report);
      if (objection(report) === null) break;
    }
    this.#refuseWhenClosed();
    this.#decision = chooseEngine(known);
    return this.#decision;
  }

  /** Every engine; what has been tried is not tried again. */
  all(): Promise<EngineReport[]> {
    return Promise.all(engineNames.map((name) => this.report(name)));
  }

  /** Tries every engine anew and measures its speed, one after the other, so that they do not slow each other down. Rejects when closed meanwhile. */
  async measure(onReport: (report: EngineReport) => void = () => undefined): Promise<EngineReport[]> {
    const reports: EngineReport[] = [];
    for (const name of engineNames) {
      const report = await this.#probe(name, true);
      this.#reports.set(name, Promise.resolve(report));
      reports.push(report);
      onReport(report);
    }
    await this.decide();
    return reports;
  }

  /** Ends what is being tried; nothing is tried any more. */
  close(): void {
    this.#closed = true;
    for (const end of this.#trials) end();
  }

  /** What has been tried is not tried again. */
  report(name: EngineName): Promise<EngineReport> {
    const report = this.#reports.get(name) ?? this.#probe(name, false);
    this.#reports.set(name, report);
    return report;
  }

  #refuseWhenClosed(): void {
    if (this.#closed) throw closing();
  }

  /** An engine that ends its process is one that does not work. Rejects when closed. */
  async #probe(name: EngineName, measure: boolean): Promise<EngineReport> {
    this.#refuseWhenClosed();
    const trainer = this.#context.startTrainer(name);
    const { promise, resolve, reject } = Promise.withResolvers<EngineReport>();
    const refuse = (unavailable: string) => resolve({ name, device: null, description: null, imagesPerSecond: null, unavailable });
    const end = () => reject(closing());
    const timer = setTimeout(() => refuse('it does not answer'), patience);
    this.#trials.add(end);
    try {
      trainer.onMessage((message) => {
        if (message.type === 'probed') resolve(message.report);
        else if (message.type === 'failed') refuse(message.message.split('\n')[0]!);
      });
      trainer.onExit((reason) => refuse(`it ends its process (${reason})`));
      trainer.post({ type: 'probe', engine: this.#context.choice(name), measure });
      return await promise;
    } finally {
      clearTimeout(timer);
      trainer.kill();
      this.#trials.delete(end);
    }
  }
}

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
import type { EngineChoice } from '../shared/trainer-protocol.ts';
import type { Host, TrainerProcess } from './host.ts';

/** Milliseconds that an engine gets to answer; an imitated graphics card is slow to compile for. */
const patience = 180_000;

interface Context {
  startTrainer: Host['startTrainer'];
  choice: (name: EngineName) => EngineChoice;
}

export class Engines {
  readonly #context: Context;
  readonly #reports = new Map<EngineName, Promise<EngineReport>>();
  readonly #trainers = new Set<TrainerProcess>();
  #decision: EngineDecision | null = null;

  constructor(context: Context) {
    this.#context = context;
  }

  /** What would be taken; null until decide() has found out. */
  get decision(): EngineDecision | null {
    return this.#decision;
  }

  /** Tries engines in the order of preference until one may be taken. The answer is kept. */
  async decide(): Promise<EngineDecision> {
    const known: EngineReport[] = [];
    for (const name of enginePreference) {
      if (name === 'wasm') break; // it works, so it need not be tried
      const report = await this.#report(name);
      known.push(report);
      if (objection(report) === null) break;
    }
    this.#decision = chooseEngine(known);
    return this.#decision;
  }

  /** Every engine; what has been tried is not tried again. */
  all(): Promise<EngineReport[]> {
    return Promise.all(engineNames.map((name) => this.#report(name)));
  }

  /** Tries every engine anew and measures its speed, one after the other, so that they do not slow each other down. */
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

  /** Ends what is being tried. */
  close(): void {
    for (const trainer of this.#trainers) trainer.kill();
  }

  #report(name: EngineName): Promise<EngineReport> {
    const report = this.#reports.get(name) ?? this.#probe(name, false);
    this.#reports.set(name, report);
    return report;
  }

  /** Never rejects: an engine that ends its process is one that does not work. */
  #probe(name: EngineName, measure: boolean): Promise<EngineReport> {
    const trainer = this.#context.startTrainer(name);
    this.#trainers.add(trainer);
    let timer: NodeJS.Timeout;
    return new Promise<EngineReport>((resolve) => {
      const refuse = (unavailable: string) => resolve({ name, device: null, description: null, imagesPerSecond: null, unavailable });
      timer = setTimeout(() => refuse('it does not answer'), patience);
      trainer.onMessage((message) => {
        if (message.type === 'probed') resolve(message.report);
        else if (message.type === 'failed') refuse(message.message.split('\n')[0]!);
      });
      trainer.onExit((reason) => refuse(`it ends its process (${reason})`));
      trainer.post({ type: 'probe', engine: this.#context.choice(name), measure });
    }).finally(() => {
      clearTimeout(timer);
      trainer.kill();
      this.#trainers.delete(trainer);
    });
  }
}

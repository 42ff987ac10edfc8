/** Networks that are looked into: each in a trainer process that stays for further questions, beside the queue. */
import { InputError } from '../../shared/input-error.ts';
import type { InsideAnswer, InsideQuestion } from '../../shared/inside/question.ts';
import type { EngineChoice, InsideTask } from '../../shared/trainer-protocol.ts';
import type { Host, TrainerProcess } from '../host.ts';

/** Networks that are open at once: two are compared. */
const MOST = 2;

/** Milliseconds that a network stays open while nobody asks. */
const PATIENCE = 120_000;

interface Context {
  host: Pick<Host, 'startTrainer'>;
  engine: () => EngineChoice;
}

export class Sessions {
  readonly #context: Context;
  /** By what is open, the one that was asked last at the end. */
  readonly #open = new Map<string, Session>();

  constructor(context: Context) {
    this.#context = context;
  }

  /** `open` is called when this is not open yet. Throws an InputError when the network or the question makes no sense. */
  ask<K extends InsideQuestion['kind']>(
    key: string,
    open: () => InsideTask,
    question: Extract<InsideQuestion, { kind: K }>,
  ): Promise<Extract<InsideAnswer, { kind: K }>> {
    const session = this.#sessionOf(key, open);
    return session.ask(question) as Promise<Extract<InsideAnswer, { kind: K }>>;
  }

  close(): void {
    for (const session of this.#open.values()) session.end();
  }

  #sessionOf(key: string, open: () => InsideTask): Session {
    const known = this.#open.get(key);
    this.#open.delete(key);
    const session = known ?? this.#begin(key, open());
    this.#open.set(key, session);
    for (const [other, { end }] of this.#open) {
      if (this.#open.size <= MOST) break;
      this.#open.delete(other);
      end();
    }
    return session;
  }

  #begin(key: string, task: InsideTask): Session {
    const engine = this.#context.engine();
    const trainer = this.#context.host.startTrainer(engine.name);
    const session = new Session(trainer, () => {
      if (this.#open.get(key) === session) this.#open.delete(key);
    });
    trainer.post({ type: 'inside', task, engine });
    return session;
  }
}

class Session {
  readonly #trainer: TrainerProcess;
  readonly #gone: () => void;
  readonly #waiting = new Map<number, { resolve: (answer: InsideAnswer) => void; reject: (error: Error) => void }>();
  #asked = 0;
  #timer: NodeJS.Timeout | undefined;

  /** @param gone called when no more can be asked. */
  constructor(trainer: TrainerProcess, gone: () => void) {
    this.#trainer = trainer;
    this.#gone = gone;
    trainer.onMessage((message) => {
      if (message.type === 'answered') this.#settle(message.id)?.resolve(message.answer);
      else if (message.type === 'refused') this.#settle(message.id)?.reject(new InputError(message.message));
      else if (message.type === 'failed') this.#fail(message.message);
    });
    trainer.onExit((reason) => this.#fail(`the process that looks into the network ended unexpectedly (${reason})`));
  }

  ask(question: InsideQuestion): Promise<InsideAnswer> {
    const id = this.#asked++;
    const { promise, resolve, reject } = Promise.withResolvers<InsideAnswer>();
    this.#waiting.set(id, { resolve, reject });
    clearTimeout(this.#timer);
    this.#trainer.post({ type: 'question', id, question });
    return promise;
  }

  readonly end = (): void => this.#fail('the network was closed');

  #settle(id: number) {
    const asked = this.#waiting.get(id);
    this.#waiting.delete(id);
    clearTimeout(this.#timer);
    if (this.#waiting.size === 0) this.#timer = setTimeout(this.end, PATIENCE).unref();
    return asked;
  }

  #fail(message: string): void {
    clearTimeout(this.#timer);
    this.#gone();
    for (const { reject } of this.#waiting.values()) reject(new InputError(message));
    this.#waiting.clear();
    this.#trainer.kill();
  }
}

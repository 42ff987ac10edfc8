/** A network that is looked into: what the image that was asked for last makes of it. */
import type { Argument } from '../../../shared/contract/index.ts';
import type { Look } from '../../../shared/inside/look.ts';
import { call } from '../../client/client.ts';
import { Latest } from '../../model/inside/latest.ts';

export type Asked = Argument<'inside.look'>['image'];

export class Network {
  readonly run: string;
  look = $state.raw<Look | null>(null);
  problem = $state<string | null>(null);
  /** Whether an answer is waited for. */
  asking = $state(false);
  /** Milliseconds from the question that was answered last to its answer. */
  took = $state(0);
  readonly #latest: Latest<Asked, Look>;

  /** @param answered called with every look and what it took */
  constructor(run: string, answered: (look: Look, milliseconds: number) => void = () => undefined) {
    this.run = run;
    this.#latest = new Latest<Asked, Look>(
      (image) => call('inside.look', { run, image }),
      (look, _, milliseconds) => {
        Object.assign(this, { look, took: milliseconds, asking: false, problem: null });
        answered(look, milliseconds);
      },
      (error) => Object.assign(this, { asking: false, problem: error instanceof Error ? error.message : String(error) }),
    );
  }

  ask(image: Asked): void {
    this.asking = true;
    this.#latest.ask(image);
  }

  end(): void {
    this.#latest.end();
  }
}

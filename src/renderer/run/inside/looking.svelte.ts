/** What is looked at in Run → Inside, and how. Stays while one goes from run to run. */
import type { Choice } from '../../model/inside/place.ts';
import type { ScaleKind } from '../../model/inside/length-scale.ts';

/** The image: of the test set, drawn (perhaps on one of the test set), or from a file. */
export type Image =
  | { kind: 'test'; index: number }
  | { kind: 'drawn'; pixels: Uint8Array<ArrayBuffer>; on: number | null }
  | { kind: 'file'; path: string; name: string };

class Looking {
  /** Images belong to a data set: another one begins at its first. */
  dataset = $state<string | null>(null);
  image = $state.raw<Image>({ kind: 'test', index: 0 });
  drawing = $state(false);
  /** Null: the class that is read. */
  choice = $state.raw<Choice | null>(null);
  /** Null: the last. */
  iteration = $state<number | null>(null);
  /** Share of the strongest edge below which edges are not drawn. */
  above = $state(0.1);
  /** Null: what fits the network. */
  scale = $state<ScaleKind | null>(null);
  /** A second run, which stands beside the first. */
  beside = $state<string | null>(null);
  /** Whether the second one is what is inspected. */
  second = $state(false);
  /** What stays beside what is chosen. */
  pinned = $state.raw<{ run: string; choice: Choice } | null>(null);

  begin(dataset: string): void {
    if (this.dataset === dataset) return;
    Object.assign(this, {
      dataset,
      image: { kind: 'test', index: 0 },
      drawing: false,
      choice: null,
      beside: null,
      second: false,
      pinned: null,
    });
  }

  test(index: number): void {
    this.image = { kind: 'test', index };
    this.drawing = false;
  }
}

export const looking = new Looking();

import { untrack } from 'svelte';

/** What a view does with a single image that is dropped or pasted, instead of reading it as a data set. */
export interface DropTarget {
  /** What will become of it, after "Drop to …". */
  says: string;
  take: (data: DataTransfer) => void;
}

class Taking {
  target = $state.raw<DropTarget | null>(null);

  /** For as long as the view is shown: until the function that it answers is called. */
  set(target: DropTarget): () => void {
    // A dialog over a view takes it for as long as it is open.
    const before = untrack(() => this.target);
    this.target = target;
    return () => {
      if (this.target === target) this.target = before;
    };
  }

  /** @param types MIME types of the files */
  of(types: readonly string[]): DropTarget | null {
    return types.length === 1 && types[0]!.startsWith('image/') ? this.target : null;
  }
}

export const taking = new Taking();

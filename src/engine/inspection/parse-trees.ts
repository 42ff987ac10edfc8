/**
 * Whether routing carves parse trees out of a network (Sabour et al. 2017; Mitterreiter et al. 2023, arXiv 2301.01583; Renzulli et
 * al. 2022, arXiv 2204.01298). The measures are defined in docs/inside.md.
 */
import { LEVELS, type ParseTrees } from '../../shared/inside/atlas.ts';
import type { PositionRouter } from './position-router.ts';

/** In a tree a part has one parent: it gives it more than all others together. */
const MOST = 0.5;

/** Of an image on which one class capsule is the longest. */
export interface Tree {
  label: number;
  /** How many layers below the classes it reaches. */
  depth: number;
  key: string;
}

/** Parts and wholes of one layer for one image: an active child, and the parent that gets most of it. */
export class LayerLinks {
  /** Places of parents, (y · width + x) · types + type, with those of their children. */
  readonly #children = new Map<number, number[]>();

  /** Adds what the router has just routed. `lengths` of the capsules below. */
  add(router: PositionRouter, position: number, lengths: Float64Array, threshold: number): void {
    const { outTypes } = router.shape;
    const couplings = router.couplings.at(-1)!;
    for (const k of router.present.subarray(0, router.count)) {
      if (lengths[router.places[k]!]! <= threshold) continue;
      for (let n = 0; n < outTypes; n++)
        if (couplings[k * outTypes + n]! > MOST || outTypes === 1) this.#link(position * outTypes + n, router.places[k]!);
    }
  }

  #link(parent: number, child: number): void {
    const known = this.#children.get(parent);
    if (known) known.push(child);
    else this.#children.set(parent, [child]);
  }

  below(parents: ReadonlySet<number>): Set<number> {
    return new Set([...parents].flatMap((parent) => this.#children.get(parent) ?? []));
  }
}

/** How many layers below the classes the tree of a class reaches; `links` from the lowest layer to the classes. */
export function treeDepth(links: readonly LayerLinks[], label: number): number {
  let nodes = new Set([label]);
  let depth = 0;
  for (const layer of links.toReversed()) {
    nodes = layer.below(nodes);
    if (nodes.size === 0) break;
    depth += 1;
  }
  return depth;
}

/** The couplings of all children of a class with it, in levels: equal keys are equal trees. */
export function treeKey(router: PositionRouter, label: number): string {
  const { outTypes } = router.shape;
  const couplings = router.couplings.at(-1)!;
  const levelOf = (k: number) => Math.min(LEVELS - 1, Math.floor(couplings[k * outTypes + label]! * LEVELS));
  return Array.from(router.present.subarray(0, router.count), (k) => levelOf(k).toString(LEVELS)).join('');
}

/** What is counted over images. */
export class TreeTally {
  readonly #keys: Map<string, number>[];
  #images = 0;
  #tied = 0;
  #depth = 0;

  constructor(classes: number) {
    this.#keys = Array.from({ length: classes }, () => new Map<string, number>());
  }

  /** Null: several class capsules tie. */
  add(tree: Tree | null): void {
    this.#images += 1;
    if (!tree) {
      this.#tied += 1;
      return;
    }
    this.#depth += tree.depth;
    const keys = this.#keys[tree.label]!;
    keys.set(tree.key, (keys.get(tree.key) ?? 0) + 1);
  }

  result(layers: number): ParseTrees {
    const told = this.#images - this.#tied;
    return {
      images: this.#images,
      tied: this.#tied,
      depth: told > 0 ? this.#depth / told : null,
      layers,
      classes: this.#keys.map((keys) => {
        const counts = [...keys.values()];
        const images = counts.reduce((sum, count) => sum + count, 0);
        return { images, trees: keys.size, entropy: counts.reduce((sum, count) => sum - (count / images) * Math.log2(count / images), 0) };
      }),
    };
  }
}

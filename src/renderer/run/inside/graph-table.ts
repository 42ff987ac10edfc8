/** What the graph shows, as a table. */
import type { Look } from '../../../shared/inside/look.ts';
import { decidedBetween } from '../../../shared/inside/scale.ts';
import { strongestPath } from '../../../shared/inside/strongest-path.ts';
import { layerName } from '../../../shared/present/layer-name.ts';
import { givesTo } from '../../model/inside/edges.ts';
import { lengthsOf } from '../../model/inside/place.ts';

export interface GraphRow {
  layer: string;
  type: string;
  longest: number;
  mean: number;
  /** The type of the layer above that takes most of it; null for classes. */
  gives: { type: string; share: number } | null;
  /** Of the couplings of the layer above. */
  decided: number | null;
  path: boolean;
}

export function graphRows(look: Look, classes: readonly string[], iteration: number): GraphRow[] {
  const last = look.layers.length - 1;
  const name = (layer: number, type: number) => (layer === last ? (classes[type] ?? String(type)) : String(type));
  return look.layers.flatMap((layer, l) => {
    const routing = look.routing[l];
    return Array.from({ length: layer.types }, (_, type): GraphRow => {
      const most = routing ? givesTo(routing, type, iteration)[0]! : null;
      return {
        layer: layerName(layer.layer),
        type: name(l, type),
        ...lengthsOf(layer, type),
        gives: most && { type: name(l + 1, most.type), share: most.share },
        decided: routing ? decidedBetween(routing, iteration) : null,
        path: strongestPath(look, iteration).some((step) => step.layer === l && step.type === type),
      };
    });
  });
}

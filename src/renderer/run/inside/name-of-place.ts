import type { Look } from '../../../shared/inside/look.ts';
import { layerName } from '../../../shared/present/layer-name.ts';
import type { Place } from '../../model/inside/place.ts';

export const nameOfPlace = ({ layers }: Look, classes: readonly string[], { layer, type }: Place): string =>
  layer === layers.length - 1 ? `Class ${classes[type] ?? type}` : `${layerName(layers[layer]!.layer)}, type ${type}`;

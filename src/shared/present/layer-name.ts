/** "backbone.0" → "Backbone 1", "capsules.2" → "Capsules 3". */
export function layerName(layer: string): string {
  const [kind = '', index] = layer.split('.');
  const name = kind.charAt(0).toUpperCase() + kind.slice(1);
  return index === undefined ? name : `${name} ${Number(index) + 1}`;
}

/** A sentence in which layers have the names that charts give them: "capsules.2" is "Capsules 3". */
export const withLayerNames = (text: string): string =>
  text
    .replaceAll(/\b(?:capsules|backbone)\.\d+/g, (layer) => layerName(layer))
    .replaceAll(/\b(Capsules|Backbone) (\d+) to \1 (\d+)/g, '$1 $2 to $3');

/** "backbone.0" → "Backbone 1", "capsules.2" → "Capsules 3". */
export function layerName(layer: string): string {
  const [kind = '', index] = layer.split('.');
  const name = kind.charAt(0).toUpperCase() + kind.slice(1);
  return index === undefined ? name : `${name} ${Number(index) + 1}`;
}

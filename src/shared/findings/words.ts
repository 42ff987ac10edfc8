/** Parts of a finding's sentence. */

/** "capsules.0", "capsules.0 and capsules.2", "capsules.0 to capsules.3": `layers` in the order of `all`. */
export function layersText(layers: readonly string[], all: readonly string[]): string {
  const first = all.indexOf(layers[0]!);
  const contiguous = layers.every((layer, l) => all[first + l] === layer);
  if (layers.length > 2 && contiguous) return `${layers[0]!} to ${layers.at(-1)!}`;
  return layers.length === 1 ? layers[0]! : `${layers.slice(0, -1).join(', ')} and ${layers.at(-1)!}`;
}

/** "from the start" for what was so before the first step of the run. */
export function sinceText(epoch: number, firstEpoch: number): string {
  return epoch === firstEpoch ? 'from the start' : `since epoch ${epoch}`;
}

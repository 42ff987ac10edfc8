/** A name that nothing else has. Not by crypto.randomUUID, which browsers keep from pages that come over the network by plain HTTP. */
export const newId = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');

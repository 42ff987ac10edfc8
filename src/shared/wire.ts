/** How calls, replies and events travel as bytes between browser and workbench: MessagePack, with the typed arrays that the contract allows. */
import { decode, encode, ExtensionCodec } from '@msgpack/msgpack';

const extensions = new ExtensionCodec();
const bytesOf = (array: Uint16Array | Float32Array) => new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
/**
 * A copy: the bytes of a message lie at any offset, where typed arrays of wider elements cannot begin, and one that were only a
 * view would keep the whole message, and be sent on with all of it. Not slice(), which makes a view of Node's Buffer.
 */
const copyOf = (bytes: Uint8Array) => new Uint8Array(bytes);

extensions.register({
  type: 1,
  encode: (value) => (value instanceof Float32Array ? bytesOf(value) : null),
  decode: (bytes) => new Float32Array(copyOf(bytes).buffer),
});
extensions.register({
  type: 2,
  encode: (value) => (value instanceof Uint16Array ? bytesOf(value) : null),
  decode: (bytes) => new Uint16Array(copyOf(bytes).buffer),
});
extensions.register({ type: 3, encode: (value) => (value instanceof Uint8Array ? value : null), decode: copyOf });

export function toWire(message: unknown): Uint8Array<ArrayBuffer> {
  return encode(message, { extensionCodec: extensions, ignoreUndefined: true });
}

/** Throws when the bytes are no message. */
export function fromWire(bytes: Uint8Array): unknown {
  return decode(bytes, { extensionCodec: extensions });
}

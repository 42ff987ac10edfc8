/** What runs in the page before its own scripts: a `require('electron')` for the built preload script. */

/** JSON for what structured clone would carry. A function of its own, because its source is sent to the page. */
const makeCodec = () => {
  const toBase64 = (bytes) => {
    let text = '';
    for (let i = 0; i < bytes.length; i += 32768) text += String.fromCharCode(...bytes.subarray(i, i + 32768));
    return btoa(text);
  };
  const fromBase64 = (text) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  const pack = (value) => {
    if (value === undefined) return { $: 'undefined' };
    if (typeof value === 'number' && !Number.isFinite(value)) return { $: 'number', value: String(value) };
    if (typeof value === 'function' || typeof value === 'symbol') throw new Error('An object could not be cloned.');
    if (value === null || typeof value !== 'object') return value;
    if (ArrayBuffer.isView(value)) {
      const bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
      return { $: 'array', kind: value[Symbol.toStringTag], value: toBase64(bytes) };
    }
    if (Array.isArray(value)) return value.map(pack);
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, pack(item)]));
  };
  const unpack = (value) => {
    if (value === null || typeof value !== 'object') return value;
    if (Array.isArray(value)) return value.map(unpack);
    if (value.$ === 'undefined') return undefined;
    if (value.$ === 'number') return Number(value.value);
    if (value.$ === 'array') return new globalThis[value.kind](fromBase64(value.value).buffer);
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, unpack(item)]));
  };
  return { encode: (value) => JSON.stringify(pack(value)), decode: (text) => unpack(JSON.parse(text)) };
};

export const { encode, decode } = makeCodec();

/** The page's side of IPC. `folder` is where dropped files are taken to lie: a page cannot tell. */
const installBridge = (codec, runPreload, folder) => {
  const { encode, decode } = codec();
  const binding = globalThis.standInSend;
  delete globalThis.standInSend;
  if (!binding || globalThis.top !== globalThis || location.protocol === 'about:') return;
  const waiting = new Map();
  const listeners = new Map();
  let next = 1;
  Object.defineProperty(globalThis, 'standInReceive', {
    value: (text) => {
      const message = decode(text);
      if (message.id === undefined) {
        for (const listener of listeners.get(message.channel) ?? []) listener({}, ...message.args);
        return;
      }
      const { resolve, reject } = waiting.get(message.id);
      waiting.delete(message.id);
      if ('error' in message) reject(new Error(message.error));
      else resolve(message.value);
    },
  });
  const ipcRenderer = {
    invoke: (channel, ...args) =>
      new Promise((resolve, reject) => {
        const id = next++;
        waiting.set(id, { resolve, reject });
        binding(encode({ id, channel, args }));
      }),
    on: (channel, listener) => void listeners.set(channel, [...(listeners.get(channel) ?? []), listener]),
  };
  const contextBridge = {
    exposeInMainWorld: (key, value) => Object.defineProperty(globalThis, key, { value: Object.freeze(value), enumerable: true }),
  };
  const electron = { contextBridge, ipcRenderer, webUtils: { getPathForFile: (file) => `${folder}/${file.name}` } };
  runPreload(
    (name) => {
      if (name !== 'electron') throw new Error(`module not found: ${name}`);
      return electron;
    },
    { exports: {} },
  );
};

export const pageScript = (preload, folder) =>
  `(${installBridge})(${makeCodec}, (require, module) => { const exports = module.exports;\n${preload}\n}, ${JSON.stringify(folder)});`;

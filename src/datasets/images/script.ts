/** Where the script of the decoding threads lies when nobody says otherwise. */
export const decoderScript = new URL('./decoder.ts', import.meta.url);

/** What is used of a package without types. */
declare module '@cornerstonejs/codec-openjpeg/decode' {
  interface Decoder {
    getEncodedBuffer: (size: number) => Uint8Array;
    getDecodedBuffer: () => Uint8Array;
    decode: () => void;
    getFrameInfo: () => { width: number; height: number; bitsPerSample: number; componentCount: number; isSigned: boolean };
    delete: () => void;
  }
  const factory: (options: object) => Promise<{ J2KDecoder: new () => Decoder }>;
  export default factory;
}

/** What is used of packages without types. */
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

declare module '@cornerstonejs/codec-libjpeg-turbo-8bit/decodewasmjs' {
  interface Decoder {
    getEncodedBuffer: (size: number) => Uint8Array;
    getDecodedBuffer: () => Uint8ClampedArray;
    decode: () => void;
    getFrameInfo: () => { width: number; height: number; componentCount: number };
  }
  const factory: (options: object) => Promise<{ JPEGDecoder: new () => Decoder }>;
  export default factory;
}

/** What decoding threads are given and what they answer. Numbers are packed: most images are so small that objects would cost more than decoding. */

export interface DecodeRequest {
  maxPixels: number;
  /** Whether images of very many pixels may come smaller. */
  reduce: boolean;
  maxBytes: number;
  /** Pixels in bytes after which a thread hands over. */
  enoughBytes: number;
  /** Image files: their content, or where they lie on disk. */
  contents: (Uint8Array | string)[];
  /** Memory of an earlier answer's pixels, for this one's; more is taken where it is too little. */
  room: ArrayBuffer | undefined;
}

/** Numbers per image in `shapes`. */
export const shapeSize = 7;

/** All images of a request; their pixels stand one after the other in `pixels`. */
export interface DecodeResponse {
  /** For every image: which of the request's it is, height, width, channels, where its pixels start, and whether they are bytes (0), have 16 bits (1), or are floats (2), and how many pages its file has. */
  shapes: Float64Array<ArrayBuffer>;
  pixels: Uint8Array<ArrayBuffer>;
  /** Those that cannot be decoded, and why. */
  problems: { which: number; message: string }[];
  /** How many of the request's images were looked at: with large ones a thread hands over before it holds too many. */
  done: number;
}

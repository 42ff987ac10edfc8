/** What decoding threads are given and what they answer. */

export interface DecodeRequest {
  maxPixels: number;
  maxBytes: number;
  jobs: DecodeJob[];
}

/** An image file: its content, or where it lies on disk. */
export interface DecodeJob {
  index: number;
  label: string;
  content: Uint8Array | string;
}

/** All images of a request; their pixels stand one after the other in `pixels`. */
export interface DecodeResponse {
  images: { index: number; height: number; width: number; channels: 1 | 2 | 3 | 4; start: number; deep: boolean }[];
  pixels: Uint8Array<ArrayBuffer>;
  problems: { index: number; file: string; message: string }[];
}

/** What a reader delivers: the images and labels of a file or folder, before they are checked against each other. */
import type { Split } from '../shared/dataset.ts';

export interface ImageShape {
  height: number;
  width: number;
  channels: number;
}

export interface RawSplit extends Split, ImageShape {
  /** How many images there are, as the file says; the number of labels may turn out to be another. */
  count: number;
  /** File or files that the images and labels came from, for messages. */
  from: { images: string; labels: string };
}

export interface RawDataset {
  name: string;
  /** Class names, where the files tell them. */
  classes?: string[];
  train: RawSplit;
  test: RawSplit;
}

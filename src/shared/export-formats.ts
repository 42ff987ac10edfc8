/** What the window exports for other programs, and what each is good for. */

export interface ExportFormat {
  label: string;
  help: string;
  /** Of the file. */
  extension: string;
  /** Needs one run, which has finished; others take any runs that have been tested. */
  network: boolean;
}

export const exportFormats = {
  onnx: {
    label: 'ONNX network',
    help: 'To predict elsewhere: bytes of images in, lengths of class capsules out; standardisation and decoder inside.',
    extension: 'onnx',
    network: true,
  },
  pytorch: {
    label: 'PyTorch module',
    help: 'To train on: a module, its weights and an example of ten lines.',
    extension: 'zip',
    network: true,
  },
  tensorboard: {
    label: 'TensorBoard events',
    help: 'A folder for tensorboard --logdir: curves, histograms, heat maps, and settings with results.',
    extension: 'zip',
    network: false,
  },
  csv: {
    label: 'Tables, CSV',
    help: 'A row per run, and a long table of all epochs and layers; with what every column means.',
    extension: 'zip',
    network: false,
  },
  parquet: {
    label: 'Tables, Parquet',
    help: 'The same for pandas, R and DuckDB, with types.',
    extension: 'zip',
    network: false,
  },
} as const satisfies Record<string, ExportFormat>;

export type ExportName = keyof typeof exportFormats;
export const exportNames = Object.keys(exportFormats) as [ExportName, ...ExportName[]];

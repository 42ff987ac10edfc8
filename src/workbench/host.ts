/** What the workbench needs of the program around it: Electron's main process, or the server of browser mode. */
import type {
  AppInfo,
  ClusterOutfit,
  ClusterPlace,
  ClusterStudy,
  EventName,
  Events,
  Saved,
  WantedWeights,
} from '../shared/contract/index.ts';
import type { EngineName } from '../shared/engines.ts';
import type { StudySpec } from '../shared/spec/study.ts';
import type { FromTrainer, ToTrainer } from '../shared/trainer-protocol.ts';
import type { Store } from '../store/store.ts';

export interface TrainerProcess {
  post: (message: ToTrainer) => void;
  onMessage: (listener: (message: FromTrainer) => void) => void;
  /** Called once, however the process ends; with what it last wrote to its standard error. */
  onExit: (listener: (reason: string) => void) => void;
  kill: () => void;
}

/** A study for another computer. */
export interface ClusterSubmission {
  spec: StudySpec;
  dataset: string;
  engine: EngineName;
  place: ClusterPlace;
  /** File with the images; null: the bundled sample. */
  images: string | null;
  /** See EngineChoice. */
  hands: number;
}

/** What follows studies on other computers needs of the workbench. */
export interface ClusterContext {
  store: Store;
  /** Folder with the bundled sample. */
  resources: string;
  /** These runs are another than before. */
  changed: (ids: readonly string[]) => void;
  told: (studies: ClusterStudy[]) => void;
  notice: (text: string) => void;
}

export interface Clusters {
  look: (host: string) => Promise<ClusterOutfit>;
  submit: (submission: ClusterSubmission) => Promise<string>;
  list: () => ClusterStudy[];
  /** False: it was stopped. */
  fetch: (study: string, weights: WantedWeights) => Promise<boolean>;
  stopFetching: (study: string) => void;
  resubmit: (study: string) => Promise<number>;
  cancel: (study: string) => Promise<void>;
  close: () => Promise<void>;
}

export interface Host {
  mode: AppInfo['mode'];
  /** Path of the database; images of data sets are kept beside it. */
  database: string;
  /** Folder with the bundled sample and study presets, and the one with the compiled kernels. */
  resources: string;
  kernels: string;
  /** The built page of a report, without data. */
  reportPage: () => Promise<string>;
  /** Module that a worker thread runs to read data sets. */
  reader: string | URL;
  /** The same, to import runs. */
  importer: string | URL;
  /** The same, for what takes long. */
  background: string | URL;
  /** Script that decodes images in threads of its own; absent: the source file. */
  decoder?: string | URL | undefined;
  /** Folder that `npm run engine:tensorflow` fills. */
  tensorflow: string;
  /** A text with the files and folders in it as the people who gave them know them; by default by their paths. */
  named?: ((text: string) => string) | undefined;
  /** Whether a page may have a file or folder of this machine read; absent: whatever the user may read. */
  mayRead?: ((path: string) => boolean) | undefined;
  /** A process, or a window, in which this engine can compute. */
  startTrainer: (engine: EngineName) => TrainerProcess;
  /** To every page. */
  emit: <E extends EventName>(event: E, payload: Events[E]) => void;
  /** Asks where to save and writes the file. */
  save: (name: string, content: Uint8Array) => Promise<Saved>;
  /** Asks for files; null when cancelled or when there is no way to ask. */
  pick: (purpose: 'dataset' | 'dataset-folder' | 'run') => Promise<string[] | null>;
  reveal: (path: string) => void;
  /** Follows studies on other computers. Absent: it cannot. */
  clusters?: ((context: ClusterContext) => Clusters) | undefined;
  /** Files of runs that the system has handed over, each once. */
  takeOpened?: () => string[];
}

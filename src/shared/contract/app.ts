/** The application itself: what it is, settings, files in and out. */
import { z } from 'zod';
import { EngineName, type EngineReport } from '../engines.ts';
import { InactivityCriterion } from '../spec/training.ts';
import { Path, type Saved } from './common.ts';
import { method } from './method.ts';
import { largestSaved } from './sizes.ts';

export interface AppInfo {
  version: string;
  /** `browser`: the same workbench served to a browser; dialogs are the browser's own. */
  mode: 'desktop' | 'browser';
  platform: 'linux' | 'darwin' | 'win32' | 'other';
  /** Versions by name: node, electron, chrome, … */
  versions: Record<string, string>;
  /** Path of the database. */
  database: string;
}

export interface EngineInfo extends EngineReport {
  /** The one that the next job will use, unless it asks for another. */
  chosen: boolean;
}

/** How many runs are trained at once; `auto`: one per thread, as far as memory goes. */
export const AtOnce = z.union([z.literal('auto'), z.int().min(1).max(256)]);
export type AtOnce = z.infer<typeof AtOnce>;

export const Settings = z.strictObject({
  theme: z.enum(['system', 'light', 'dark']).default('system'),
  /** Null: the best that there is. */
  engine: EngineName.nullable().default(null),
  /** Null: one per processor. */
  threads: z.int().min(1).max(256).nullable().default(null),
  atOnce: AtOnce.default(1),
  /** Tell the desktop when a job has ended while the window is not in front. */
  notify: z.boolean().default(true),
  /** Event files of every run while it is trained, in the folder `tensorboard` beside the database. */
  tensorboard: z.boolean().default(false),
  /** How compared runs are counted, until the page says otherwise. Null: as each run was measured. */
  inactivity: z
    .strictObject({ criterion: InactivityCriterion, threshold: z.number().min(0).max(1) })
    .nullable()
    .default(null),
});
export type Settings = z.infer<typeof Settings>;

/** The same fields, all optional and none defaulted. */
const SettingsChange = z.strictObject({
  theme: Settings.shape.theme.unwrap().optional(),
  engine: Settings.shape.engine.unwrap().optional(),
  threads: Settings.shape.threads.unwrap().optional(),
  atOnce: Settings.shape.atOnce.unwrap().optional(),
  notify: Settings.shape.notify.unwrap().optional(),
  tensorboard: Settings.shape.tensorboard.unwrap().optional(),
  inactivity: Settings.shape.inactivity.unwrap().optional(),
});

/** Plain data, nested less deep than anything that carries it allows. */
const maxViewDepth = 16;

function isShallow(value: unknown): boolean {
  let level = [value];
  for (let depth = 0; depth < maxViewDepth && level.length > 0; depth++)
    level = level
      .filter((item): item is object => typeof item === 'object' && item !== null)
      .flatMap((item) => Object.values(item) as unknown[]);
  return level.length === 0;
}

export const ViewState = z.custom<unknown>(isShallow, `Too deep: expected values nested at most ${maxViewDepth} deep`).pipe(z.json());

const stateKey = z.string().regex(/^[a-z0-9.-]{1,64}$/);

export const appMethods = {
  'app.info': method<AppInfo>()(),
  'app.engines': method<EngineInfo[]>()(),
  /** Tries every engine anew, each for two seconds, one after the other. Refused while a run is being trained. */
  'app.measureEngines': method<EngineInfo[]>()(),
  /** Bytes that are free where the database lies. */
  'app.space': method<{ free: number }>()(),
  'app.settings': method<Settings>()(),
  /** Changes what is named and leaves the rest. */
  'app.changeSettings': method<Settings>()(SettingsChange),
  /** What a view remembers between starts (columns, sorting, last page); null when it has not stored anything. */
  'app.viewState': method<unknown>()(z.strictObject({ key: stateKey })),
  'app.keepViewState': method<null>()(z.strictObject({ key: stateKey, value: ViewState })),

  /** Asks for files with the system's dialog; null when cancelled. In browser mode the client asks instead and uploads what was chosen. */
  'files.pick': method<string[] | null>()(z.strictObject({ purpose: z.enum(['dataset', 'dataset-folder', 'run']) })),
  /** Files of runs that the system has handed over (double-clicked, named at the start), each once; `files-opened` says that there are some. */
  'files.opened': method<string[]>()(),
  /** Saves what the page has made (a chart, a table). */
  'files.save': method<Saved>()(
    z.strictObject({
      name: z.string().min(1).max(200),
      content: z.union([
        z.string().max(largestSaved),
        z.instanceof(Uint8Array).refine(({ length }) => length <= largestSaved, `Too large: expected at most ${largestSaved} bytes`),
      ]),
    }),
  ),
  /** Shows a file that was saved in this session in the system's file manager; nothing in browser mode. */
  'files.reveal': method<null>()(z.strictObject({ path: Path })),
};

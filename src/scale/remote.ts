/**
 * A bundle on another computer, reached by the system's own ssh, which asks for passwords and second factors itself, and rsync.
 * What is needed there is the folder that pack-node.ts makes.
 */
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { InputError } from '../shared/input-error.ts';
import { oneLine } from '../shared/one-line.ts';
import { writeDurably } from '../store/disk.ts';
import { userDataFolder } from '../store/location.ts';
import type { WantedWeights } from '../shared/contract/index.ts';
import type { Bundle } from './bundle.ts';
import { bundleName, dataName, unitsName } from './bundle.ts';
import { packedCommand } from './pack-node.ts';
import { lastLine, run, type Answer, type RunOptions } from './program.ts';

const recordName = 'host.json';

const Place = z.strictObject({
  /** As ssh takes it: "login", "user@login". */
  host: z.string().regex(/^[^-\s][^\s]*$/, 'expected a host as ssh takes it, such as user@login'),
  /** Folders there: the bundle's, and the one with the command. Relative ones begin at the home folder. */
  folder: z.string(),
  node: z.string(),
  /** Further options of ssh. */
  ssh: z.array(z.string()),
});
export type Place = z.infer<typeof Place>;

/** Where folders for other computers' use are, unless somebody says otherwise. */
export const usualNode = '.capscope/node';
export const usualFolder = (study: string): string => `.capscope/studies/${study}`;

/** Where the bundle has been brought; null: nowhere. */
export function placeOf(bundle: Bundle): Place | null {
  const path = bundle.path(recordName);
  if (!existsSync(path)) return null;
  const parsed = Place.safeParse(JSON.parse(readFileSync(path, 'utf8')));
  if (!parsed.success) throw new InputError(`${path} cannot be read; submit once more with --host`);
  return parsed.data;
}

/** What a computer has that can do a study. */
export interface Outfit {
  /** Versions. */
  capscope: string;
  slurm: string;
  partitions: string[];
}

/** Exit codes of the question what is there. */
const lacks = { node: 61, rsync: 62, slurm: 63 };

/** Exit codes of rsync and ssh when the line was cut. */
const cut = new Set([10, 12, 20, 23, 30, 35, 255]);
const attempts = 5;

export interface RemoteOptions {
  signal?: AbortSignal | undefined;
  /** How much of what is brought there or here has arrived, from 0 to 1. */
  onShare?: ((share: number) => void) | undefined;
}

export class Remote {
  readonly place: Place;
  readonly #options: RemoteOptions;

  constructor(place: Place, options: RemoteOptions = {}) {
    const parsed = Place.safeParse(place);
    if (!parsed.success) throw new InputError(`--host ${place.host}: ${parsed.error.issues[0]!.message}`);
    this.place = parsed.data;
    this.#options = options;
  }

  /** What is needed there, if it is there. Throws an InputError that says what is missing. */
  async look(): Promise<Outfit> {
    const { host, node } = this.place;
    const command = quoted(`${node}/${packedCommand}`);
    const ask = `test -x ${command} || exit ${lacks.node}
command -v rsync >/dev/null || exit ${lacks.rsync}
command -v sbatch >/dev/null || exit ${lacks.slurm}
${command} --version && sbatch --version && sinfo --noheader --format=%R`;
    const answer = await this.#ssh(`sh -c ${quoted(ask)}`);
    if (answer.code === 255) throw this.#unreachable(answer);
    if (answer.code === lacks.node) throw this.#withoutNode();
    if (answer.code === lacks.rsync) throw new InputError(`${host} has no rsync, which brings the study there`);
    if (answer.code === lacks.slurm) throw new InputError(`${host} has no Slurm: sbatch was not found`);
    const [capscope, slurm, ...partitions] = answer.stdout.trim().split('\n');
    if (answer.code !== 0 || !capscope || !slurm)
      throw new InputError(`${host} is not ready: ${lastLine(answer.stderr) || `its answer was "${oneLine(answer.stdout)}"`}`);
    return { capscope, slurm, partitions: [...new Set(partitions)] };
  }

  /** Brings a bundle there, or goes on with bringing it. What is done there is left alone. */
  async push(bundle: Bundle): Promise<void> {
    const { node, folder } = this.place;
    const found = await this.#ssh(`test -x ${quoted(`${node}/${packedCommand}`)} && mkdir -p ${quoted(folder)}`);
    if (found.code === 255) throw this.#unreachable(found);
    if (found.code !== 0) throw this.#withoutNode();
    // What makes it a bundle comes last.
    for (const name of [dataName, unitsName, bundleName]) await this.#rsync(bundle.path(name), this.#at(name));
    writeDurably(bundle.path(recordName), new TextEncoder().encode(`${JSON.stringify(this.place, null, 2)}\n`));
  }

  /** Brings results here, or goes on with that. Weights stay there unless they are wanted. */
  async pull(bundle: Bundle, weights: WantedWeights): Promise<void> {
    const bring = (...patterns: string[]) =>
      this.#rsync(this.#at(''), `${bundle.folder}/`, [
        '--prune-empty-dirs',
        ...patterns.map((pattern) => `--include=${pattern}`),
        '--exclude=*',
      ]);
    await bring('/units/', '/units/*.capscope');
    // After the results: what finishes meanwhile would seem to lack its weights.
    if (weights === 'none') return;
    const runs = weights === 'all' ? ['*'] : weights;
    await bring(
      '/runs/',
      ...runs.flatMap((run) => ['', 'weights.safetensors', 'activity.safetensors'].map((name) => `/runs/${run}/${name}`)),
    );
  }

  /** Runs a command of Capscope on the bundle there; answers what it printed. Throws an InputError with its complaint. */
  async capscope(command: string, ...options: string[]): Promise<string> {
    const { node, folder } = this.place;
    const answer = await this.#ssh([`${node}/${packedCommand}`, command, folder, ...options].map(quoted).join(' '));
    if (answer.code === 0) return answer.stdout;
    if (answer.code === 255) throw this.#unreachable(answer);
    throw new InputError(
      `${this.place.host}: ${lastLine(answer.stderr).replace(/^capscope: /, '') || `${command} ended with code ${answer.code}`}`,
    );
  }

  /** Has damaged results of a unit done again: out of the way they count as not there. */
  async setAside(name: string): Promise<void> {
    const path = `${this.place.folder}/units/${name}`;
    await this.#ssh(`mv ${quoted(path)} ${quoted(`${path}.damaged`)}`);
  }

  #at(name: string): string {
    return `${this.place.host}:${this.place.folder}/${name}`;
  }

  #withoutNode(): InputError {
    const { host, node } = this.place;
    return new InputError(
      `there is no ${node}/${packedCommand} on ${host}; make the folder with "capscope pack-node <folder>" and bring it there: rsync -a <folder>/ ${host}:${node}/`,
    );
  }

  #unreachable({ stderr }: Answer): InputError {
    return new InputError(`${this.place.host} cannot be reached: ${lastLine(stderr) || 'ssh does not say why'}`);
  }

  /** One connection is opened and shared, so that passwords are asked for once. */
  #sshOptions(): string[] {
    const sockets = join(userDataFolder(), 'ssh');
    mkdirSync(sockets, { recursive: true, mode: 0o700 });
    const shared = [
      'ControlMaster=auto',
      `ControlPath=${sockets}/%C`,
      'ControlPersist=600',
      'ServerAliveInterval=15',
      'ServerAliveCountMax=4',
      'ConnectTimeout=20',
    ];
    // Of what is said twice ssh takes the first.
    return [...this.place.ssh, ...shared.flatMap((option) => ['-o', option])];
  }

  #ssh(command: string): Promise<Answer> {
    return this.#run('ssh', [...this.#sshOptions(), this.place.host, '--', command]);
  }

  /** Whatever has arrived stays when the line is cut, and the next attempt goes on from there. */
  async #rsync(from: string, to: string, options: string[] = []): Promise<void> {
    const shell = ['ssh', ...this.#sshOptions()].map((part) => (/\s/.test(part) ? `'${part}'` : part)).join(' ');
    const { onShare } = this.#options;
    const usual = ['--archive', '--partial-dir=.partial', '--timeout=60', '--protect-args', ...(onShare ? ['--info=progress2'] : [])];
    const args = [...usual, '-e', shell, ...options, from, to];
    const onOutput = (text: string) => {
      const percent = [...text.matchAll(/(\d+)%/g)].at(-1)?.[1];
      if (percent !== undefined) onShare?.(Number(percent) / 100);
    };
    for (let attempt = 1; ; attempt++) {
      const { code, stderr } = await this.#run('rsync', args, { onOutput });
      if (code === 0) return;
      if (!cut.has(code ?? -1) || attempt === attempts)
        throw new InputError(`${from} could not be brought to ${to}: ${lastLine(stderr) || `rsync ended with code ${code}`}`);
      await pause(1000 * 2 ** (attempt - 1), null, { signal: this.#options.signal });
    }
  }

  #run(program: string, args: string[], options: RunOptions = {}): Promise<Answer> {
    return run(program, args, { asks: process.stdin.isTTY, signal: this.#options.signal, ...options });
  }
}

const quoted = (text: string): string => (/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`);

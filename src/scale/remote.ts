/**
 * A bundle on another computer, reached by the system's own ssh, which asks for passwords and second factors itself, and rsync.
 * What is needed there is the folder that pack-node.ts makes.
 */
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { InputError } from '../shared/input-error.ts';
import { writeDurably } from '../store/disk.ts';
import { userDataFolder } from '../store/location.ts';
import type { Bundle } from './bundle.ts';
import { bundleName, dataName, unitsName } from './bundle.ts';
import { packedCommand } from './pack-node.ts';
import { lastLine, run, type Answer } from './program.ts';

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

/** Exit codes of rsync and ssh when the line was cut. */
const cut = new Set([10, 12, 20, 23, 30, 35, 255]);
const attempts = 5;

export class Remote {
  readonly place: Place;

  constructor(place: Place) {
    const parsed = Place.safeParse(place);
    if (!parsed.success) throw new InputError(`--host ${place.host}: ${parsed.error.issues[0]!.message}`);
    this.place = parsed.data;
  }

  /** Brings a bundle there, or goes on with bringing it. What is done there is left alone. */
  async push(bundle: Bundle): Promise<void> {
    const { node, folder } = this.place;
    const found = await this.#ssh(`test -x ${quoted(`${node}/${packedCommand}`)} && mkdir -p ${quoted(folder)}`);
    if (found.code === 255) throw this.#unreachable(found);
    if (found.code !== 0)
      throw new InputError(
        `there is no ${node}/${packedCommand} on ${this.place.host}; make the folder with "capscope pack-node <folder>" and bring it there: rsync -a <folder>/ ${this.place.host}:${node}/`,
      );
    // What makes it a bundle comes last.
    for (const name of [dataName, unitsName, bundleName]) await this.#rsync(bundle.path(name), this.#at(name));
    writeDurably(bundle.path(recordName), new TextEncoder().encode(`${JSON.stringify(this.place, null, 2)}\n`));
  }

  /** Brings results here, or goes on with that. Weights stay there unless they are wanted. */
  async pull(bundle: Bundle, weights: boolean): Promise<void> {
    const bring = (...patterns: string[]) =>
      this.#rsync(this.#at(''), `${bundle.folder}/`, [
        '--prune-empty-dirs',
        ...patterns.map((pattern) => `--include=${pattern}`),
        '--exclude=*',
      ]);
    await bring('/units/', '/units/*.capscope');
    // After the results: what finishes meanwhile would seem to lack its weights.
    if (weights) await bring('/runs/', '/runs/*/', '/runs/*/weights.safetensors', '/runs/*/activity.safetensors');
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

  #unreachable({ stderr }: Answer): InputError {
    return new InputError(`${this.place.host} cannot be reached: ${lastLine(stderr) || 'ssh does not say why'}`);
  }

  /** One connection is opened and shared, so that passwords are asked for once. */
  #options(): string[] {
    const sockets = join(userDataFolder(), 'ssh');
    mkdirSync(sockets, { recursive: true, mode: 0o700 });
    const shared = [
      'ControlMaster=auto',
      `ControlPath=${sockets}/%C`,
      'ControlPersist=600',
      'ServerAliveInterval=15',
      'ServerAliveCountMax=4',
    ];
    return [...shared.flatMap((option) => ['-o', option]), ...this.place.ssh];
  }

  #ssh(command: string): Promise<Answer> {
    return run('ssh', [...this.#options(), this.place.host, '--', command], { asks: process.stdin.isTTY });
  }

  /** Whatever has arrived stays when the line is cut, and the next attempt goes on from there. */
  async #rsync(from: string, to: string, options: string[] = []): Promise<void> {
    const shell = ['ssh', ...this.#options()].map((part) => (/\s/.test(part) ? `'${part}'` : part)).join(' ');
    const args = ['--archive', '--partial-dir=.partial', '--timeout=60', '--protect-args', '-e', shell, ...options, from, to];
    for (let attempt = 1; ; attempt++) {
      const { code, stderr } = await run('rsync', args, { asks: process.stdin.isTTY });
      if (code === 0) return;
      if (!cut.has(code ?? -1) || attempt === attempts)
        throw new InputError(`${from} could not be brought to ${to}: ${lastLine(stderr) || `rsync ended with code ${code}`}`);
      await pause(1000 * 2 ** (attempt - 1));
    }
  }
}

const quoted = (text: string): string => (/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`);

/** What installers install, made with a stand-in for Electron's program: what is in it, and that it runs. */
import { extractAll, getRawHeader, type DirectoryRecord, type FileRecord } from '@electron/asar';
import { FuseV1Options, getCurrentFuseWire } from '@electron/fuses';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { needs } from '../needs.ts';
import { driven, electron, lackOfDesktop, openDesktop } from './desktop.ts';
import * as journey from './journey.ts';
import { writeMnist } from './mnist.ts';
import { makeFolder, removeFolder } from './session.ts';
import { writeStandInDist } from './stand-in-dist.ts';

const script = fileURLToPath(new URL('../../scripts/dist.mjs', import.meta.url));
const lackOfLinux = process.platform === 'linux' ? null : "The stand-in for Electron's folder is laid out as on Linux.";

describe('the packaged application', needs(lackOfLinux), () => {
  let folder: string;
  let packaged: string;
  let files: Map<string, FileRecord>;

  beforeAll(async () => {
    folder = makeFolder();
    const env = { ...process.env, ELECTRON_OVERRIDE_DIST_PATH: await writeStandInDist(folder) };
    const { status, stdout, stderr } = spawnSync(process.execPath, [script, '--dir', `--output=${folder}`], { env, encoding: 'utf8' });
    expect(status, stdout + stderr).toBe(0);
    packaged = join(folder, 'linux-unpacked');
    files = new Map(list(getRawHeader(join(packaged, 'resources/app.asar')).header));
  }, 120_000);
  afterAll(() => removeFolder(folder));

  it('is set not to be anything but the application', async () => {
    const wire = await getCurrentFuseWire(join(packaged, 'capscope'));
    const isOn = (fuse: FuseV1Options) => String.fromCharCode(wire[fuse]!) === '1';
    const on = [
      FuseV1Options.EnableCookieEncryption,
      FuseV1Options.EnableEmbeddedAsarIntegrityValidation,
      FuseV1Options.OnlyLoadAppFromAsar,
    ];
    const off = [
      FuseV1Options.RunAsNode,
      FuseV1Options.EnableNodeOptionsEnvironmentVariable,
      FuseV1Options.EnableNodeCliInspectArguments,
      FuseV1Options.GrantFileProtocolExtraPrivileges,
    ];
    expect(on.map(isOn)).toEqual([true, true, true]);
    expect(off.map(isOn)).toEqual([false, false, false, false]);
  });

  it('contains what runs on this system, and nothing that only building or other systems need', () => {
    const names = [...files.keys()];
    const prebuilt = names.filter((name) => name.startsWith('node_modules/better-sqlite3/prebuilds/'));
    expect(prebuilt).toEqual([`node_modules/better-sqlite3/prebuilds/linux-${process.arch}.node`]);
    const unwanted = /\.(map|ts|svelte)$|node-linux|node_modules\/(svelte|electron|vite|typescript|webgpu|chart\.js|bits-ui)\//;
    expect(names.filter((name) => unwanted.test(name))).toEqual([]);
    const size = [...files.values()].reduce((sum, file) => sum + file.size, 0);
    expect(size).toBeLessThan(64 * 2 ** 20);
  });

  it('has beside its archive what threads, programs and the system read as files', () => {
    const unpacked = [...files].filter(([, file]) => file.unpacked).map(([name]) => name);
    const needed = [...files.keys()].filter((name) => /\.(node|wasm|so[.\d]*)$|^resources\//.test(name));
    expect(needed.length).toBeGreaterThan(10);
    expect(needed.filter((name) => !unpacked.includes(name))).toEqual([]);
    for (const name of unpacked) expect(existsSync(join(packaged, 'resources/app.asar.unpacked', name)), name).toBe(true);
  });

  it('names the licences of what it is made of', () => {
    const resources = (name: string) => readFileSync(join(packaged, 'resources', name), 'utf8');
    expect(resources('LICENSE')).toMatch(/MIT License/);
    const licenses = resources('third-party-licenses.txt');
    const packages = [...files.keys()].flatMap((name) => /^.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(name)?.[1] ?? []);
    for (const name of ['better-sqlite3', 'svelte', 'chart.js', 'assemblyscript', ...new Set(packages)])
      expect(licenses).toContain(` - ${name}@`);
    expect(licenses).toMatch(/GNU LESSER GENERAL PUBLIC LICENSE\s+Version 3/);
    expect(readdirSync(packaged)).toEqual(expect.arrayContaining(['LICENSE.electron.txt', 'LICENSES.chromium.html']));
  });

  describe(driven('laid open'), needs(lackOfDesktop), () => {
    let application: string;
    const archive = () => join(packaged, 'resources/app.asar');

    beforeAll(() => {
      // Where Electron sees an archive, the stand-in gets a folder of the same name and content.
      application = join(folder, 'open/app.asar');
      mkdirSync(application, { recursive: true });
      extractAll(archive(), application);
      cpSync(`${archive()}.unpacked`, `${application}.unpacked`, { recursive: true });
    });

    it('contains every module that its programs import', () => {
      const main = join(application, 'out/main');
      const programs = readdirSync(main, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.js'));
      const imports = /(?:^|[;}\s])(?:from|import|import\()\s*"([^"./\s][^"\s]*)"/g;
      const imported = programs.flatMap((name) =>
        [...readFileSync(join(main, name), 'utf8').matchAll(imports)].map(([, module]) => module!),
      );
      const optional = Object.keys(manifest.optionalDependencies);
      const modules = [...new Set(imported)].filter((name) => !name.startsWith('node:') && ![...optional, 'electron'].includes(name));
      expect(modules).toContain('better-sqlite3');
      const code = `process.stdout.write(JSON.stringify(${JSON.stringify(modules)}.map((name) => import.meta.resolve(name))))`;
      const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', code], { cwd: main, encoding: 'utf8' });
      expect(stderr).toBe('');
      for (const url of JSON.parse(stdout) as string[]) expect(url.startsWith('node:') || existsSync(new URL(url)), url).toBe(true);
    });

    it('can load the kernels of TensorFlow, should somebody set it up', () => {
      const code = `require('@tensorflow/tfjs-node-gpu/dist/register_all_kernels.js'); require('@tensorflow/tfjs-node-gpu/dist/nodejs_kernel_backend.js')`;
      const { status, stderr } = spawnSync(process.execPath, ['-e', code], { cwd: join(application, 'out/main'), encoding: 'utf8' });
      expect(status, stderr).toBe(0);
    });

    it('reads a data set and trains on it', async () => {
      const dropped = await writeMnist(folder, journey.digits);
      const started = electron === null ? application : archive();
      const desktop = await openDesktop({ userData: join(folder, 'user'), dropFolder: folder, application: started });
      try {
        await journey.firstStart(desktop);
        await journey.dropMnist(desktop, dropped);
        await journey.train(desktop, 'packaged', 1);
        await journey.waitForEnd(desktop.page);
        expect(desktop.complaints).toEqual([]);
      } finally {
        await desktop.close();
      }
    });
  });
});

/** Files of an archive's header with their paths. */
function list(directory: DirectoryRecord, path = ''): [string, FileRecord][] {
  return Object.entries(directory.files).flatMap(([name, entry]): [string, FileRecord][] => {
    if ('files' in entry) return list(entry, `${path}${name}/`);
    return 'size' in entry ? [[path + name, entry]] : [];
  });
}

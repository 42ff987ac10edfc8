/** A study that is given to a cluster from the window: a real SSH server and a real Slurm, which are those of another computer. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { needs } from '../needs.ts';
import { lackOfSlurm, startSlurm, type Slurm } from '../scale/slurm.ts';
import { lackOfSshd, startSshd, type Sshd } from '../scale/sshd.ts';
import { driven, lackOfDesktop, openDesktop, type Desktop } from './desktop.ts';
import * as journey from './journey.ts';
import { writeMnist } from './mnist.ts';
import { makeFolder, removeFolder } from './session.ts';

const command = fileURLToPath(new URL('../../src/cli/start.mjs', import.meta.url));
const study = { name: 'far away', networks: [{ types: 8, dim: 4, depth: 1 }], epochs: { train: 1, fineTune: 0 }, seeds: [1, 2] };

describe(driven('a study on a cluster'), needs(lackOfDesktop, lackOfSshd, lackOfSlurm), () => {
  let slurm: Slurm;
  let sshd: Sshd;
  /** Home folder on the other computer, and what this one has of its own: the database, and how ssh reaches "login". */
  let home: string;
  let folder: string;
  let here: string;
  let desktop: Desktop;
  let page: Page;
  const env = { ...process.env };

  beforeAll(async () => {
    slurm = await startSlurm();
    home = mkdtempSync(join(tmpdir(), 'cs-home-'));
    sshd = await startSshd({ SLURM_CONF: slurm.env['SLURM_CONF']! }, home);
    const node = join(home, '.capscope', 'node');
    mkdirSync(node, { recursive: true });
    // What pack-node makes is tested elsewhere.
    writeExecutable(join(node, 'capscope'), `exec '${process.execPath}' '${command}' "$@"`);
    folder = makeFolder();
    here = mkdtempSync(join(tmpdir(), 'cs-'));
    mkdirSync(join(here, 'bin'));
    writeExecutable(join(here, 'bin', 'ssh'), `exec /usr/bin/ssh ${sshd.options.join(' ')} -o Hostname=127.0.0.1 "$@"`);
    process.env['PATH'] = `${join(here, 'bin')}:${env['PATH']}`;
    process.env['XDG_CONFIG_HOME'] = here;
    await open();
    await journey.dropMnist(desktop, await writeMnist(folder, { train: 60, test: 20 }));
  }, 90_000);
  afterAll(async () => {
    await desktop.close();
    await sshd.stop();
    await slurm.stop();
    process.env['PATH'] = env['PATH'];
    if (env['XDG_CONFIG_HOME'] === undefined) delete process.env['XDG_CONFIG_HOME'];
    else process.env['XDG_CONFIG_HOME'] = env['XDG_CONFIG_HOME'];
    for (const one of [home, here]) rmSync(one, { recursive: true, force: true, maxRetries: 5 });
    removeFolder(folder);
  }, 60_000);

  async function open(): Promise<void> {
    desktop = await openDesktop({ userData: folder, dropFolder: folder });
    ({ page } = desktop);
  }
  const panel = () => page.getByRole('region', { name: 'On another computer' });

  it('is designed here, and says what is the matter with a host before anything is brought there', async () => {
    await journey.show(page, 'Studies');
    await page.getByRole('link', { name: /^Where do capsules vanish\?/ }).click();
    await page.getByRole('button', { name: 'JSON', exact: true }).click();
    await page.getByRole('textbox', { name: 'Study file' }).fill(JSON.stringify(study, null, 2));
    await page.getByRole('button', { name: 'Start 2 runs', exact: true }).waitFor();
    await page.getByRole('button', { name: 'Close the file' }).click();
    await page.getByRole('radio', { name: 'Slurm (host)' }).check();
    await page.getByText('Enter the host as for ssh').waitFor();
    expect(await page.getByRole('button', { name: 'Start 2 runs', exact: true }).isDisabled()).toBe(true);
    const host = page.getByLabel('Host', { exact: true });
    sshd.block(true);
    await host.fill('root@login');
    await page.getByRole('button', { name: 'Test', exact: true }).click();
    await page.getByText(/^root@login cannot be reached: /).waitFor();
    sshd.block(false);
    await page.getByRole('button', { name: 'Test', exact: true }).click();
    await page.getByText(/It answers: slurm[-\w]* [\d.]+, Capscope [\d.]+, partitions main\./).waitFor();
  });

  it('is submitted there, and goes on while the window is closed and the host cannot be reached', async () => {
    await page.getByRole('button', { name: 'Start 2 runs', exact: true }).click();
    await panel().waitFor();
    await panel()
      .getByText(/waiting|running/)
      .first()
      .waitFor();
    await expect.poll(() => slurm.run('squeue', '--noheader', '--array').trim().split('\n').length).toBeGreaterThan(0);
    sshd.block(true);
    await panel().getByRole('button', { name: 'Ask now' }).click();
    await panel()
      .getByText(/cannot be reached/)
      .waitFor();
    await desktop.close();
    await expect.poll(() => slurm.run('squeue', '--noheader', '--states=PENDING,RUNNING,COMPLETING').trim(), { timeout: 60_000 }).toBe('');
    sshd.block(false);
  }, 90_000);

  it('has its results by itself when the window opens again, and its weights when they are wanted', async () => {
    await open();
    await journey.show(page, 'Studies');
    await page
      .getByRole('link', { name: /far away/ })
      .first()
      .click();
    await page.getByRole('link', { name: 'Progress', exact: true }).click();
    await page.getByText('2 of 2 finished').waitFor();
    await panel().getByText('the results are here').waitFor();
    const run = page.getByRole('grid', { name: 'Every run' }).locator('[data-cell]').first();
    await run.focus();
    await page.keyboard.press('Enter');
    await page.getByText('The weights are on root@login.').waitFor();
    await page.getByRole('button', { name: 'Fetch them' }).click();
    await page.getByText('The weights are on root@login.').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Prune', exact: true }).click();
    await page
      .getByRole('slider', { name: /^Line of the cut/ })
      .first()
      .waitFor();
    await page.goBack();
    await page.goBack();
    await panel().getByRole('button', { name: 'Fetch the weights of 1 run' }).click();
    await page.getByText('The weights are here.').waitFor();
    await expect
      .poll(() =>
        panel()
          .getByRole('button', { name: /^Fetch/ })
          .count(),
      )
      .toBe(0);
  });

  it('complains of nothing', () => expect(desktop.complaints).toEqual([]));
});

function writeExecutable(path: string, line: string): void {
  writeFileSync(path, `#!/bin/sh\n${line}\n`);
  chmodSync(path, 0o755);
}

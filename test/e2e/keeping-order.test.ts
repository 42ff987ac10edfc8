/** What people do with their runs: finding, naming, marking, archiving, deleting and taking back, passing on; and charts as files. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { needs } from '../needs.ts';
import { driven, lackOfDesktop, openDesktop, type Desktop } from './desktop.ts';
import * as journey from './journey.ts';
import { writeMnist } from './mnist.ts';
import { makeFolder, removeFolder, waitFor } from './session.ts';

describe(driven('keeping order'), needs(lackOfDesktop), () => {
  let folder: string;
  let desktop: Desktop;
  const row = (name: string) => desktop.page.getByRole('row').filter({ has: desktop.page.getByRole('link', { name, exact: true }) });
  const act = async (run: string, action: string) => {
    await desktop.page.getByRole('button', { name: `Actions for ${run}` }).click();
    await desktop.page.getByRole('menuitem', { name: action }).click();
  };

  beforeAll(async () => {
    folder = makeFolder();
    desktop = await openDesktop({ userData: folder, dropFolder: folder });
    await journey.dropMnist(desktop, await writeMnist(folder, { train: 100, test: 50 }));
    await journey.train(desktop, 'first', 1);
    await journey.waitForEnd(desktop.page);
  });
  afterAll(async () => {
    await desktop.close();
    removeFolder(folder);
  });

  it('says of every file that cannot be read what is wrong with it', async () => {
    const { page } = desktop;
    writeFileSync(join(folder, 'notes.txt'), 'no images');
    await desktop.drop([join(folder, 'notes.txt')]);
    await page.getByText('notes.txt could not be read.').waitFor();
    await page.getByRole('button', { name: 'Why', exact: true }).click();
    await page.getByRole('alert').getByText('notes.txt').first().waitFor();
    await page.getByRole('button', { name: 'Dismiss' }).click();
    expect(await page.getByRole('alert').count()).toBe(0);
  });

  it('saves charts as PNG, SVG and CSV', async () => {
    const { page, saved } = desktop;
    await journey.show(page, 'Runs');
    await page.getByRole('main').getByRole('link', { name: 'first' }).click();
    const kinds: [string, RegExp][] = [
      ['Save as PNG', /^\x89PNG/],
      ['Save as SVG', /^<svg[^>]*>[^]*<path/],
      ['Save numbers as CSV', /^epoch,.*\n1,/],
    ];
    for (const [entry, content] of kinds) {
      await page.getByRole('button', { name: 'Save: Gradient norm by layer' }).click();
      expect((await saved(page.getByRole('menuitem', { name: entry }))).content.toString('latin1')).toMatch(content);
    }
    await page.getByRole('tab', { name: 'Layers' }).click();
    await page.getByRole('button', { name: /^Save: Backbone 1/ }).click();
    expect((await saved(page.getByRole('menuitem', { name: 'Save as PNG' }))).content.toString('latin1')).toMatch(/^\x89PNG/);
  });

  it('renames with a note, marks as favourite and tags, and finds by all of them', async () => {
    const { page } = desktop;
    await journey.show(page, 'Runs');
    await act('first', 'Rename or add a note…');
    await page.getByRole('dialog').getByLabel('Name').fill('renamed');
    await page.getByRole('dialog').getByLabel('Note').fill('with a remark');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await row('renamed').waitFor();
    await act('renamed', 'Add to favourites');
    await act('renamed', 'Tags…');
    await page.getByLabel('New tag').fill('good');
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await page.keyboard.press('Escape');
    await row('renamed').getByText('good').waitFor();
    await page.getByRole('button', { name: 'Views' }).click();
    await page.getByRole('menuitem', { name: 'Favourites' }).click();
    await row('renamed').waitFor();
    for (const [search, found] of [
      ['remark', 1],
      ['tag:good', 1],
      ['tag:bad', 0],
      ['', 1],
    ] as const) {
      await page.getByLabel('Filter runs').fill(search);
      await page.keyboard.press('Enter');
      await waitFor(async () => ((await row('renamed').count()) === found ? true : undefined));
    }
  });

  it('archives, and deletes with a way back', async () => {
    const { page } = desktop;
    await act('renamed', 'Archive');
    await row('renamed').waitFor({ state: 'detached' });
    await page.getByLabel('Filter runs').fill('is:archived');
    await page.keyboard.press('Enter');
    await act('renamed', 'Unarchive');
    await page.getByLabel('Filter runs').fill('');
    await page.keyboard.press('Enter');
    await act('renamed', 'Delete');
    await row('renamed').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Undo' }).first().click();
    await row('renamed').waitFor();
  });

  it('passes a run on as one file, which another workbench takes in', async () => {
    const { page, saved } = desktop;
    await page.getByRole('button', { name: 'Actions for renamed' }).click();
    const { name, content } = await saved(page.getByRole('menuitem', { name: 'Export run…' }));
    expect(name).toBe('renamed.capscope');
    const other = makeFolder();
    const file = join(other, name);
    writeFileSync(file, content);
    const second = await openDesktop({ userData: other, dropFolder: other });
    await second.drop([file]);
    await second.page.getByText('1 run imported.').waitFor();
    // Nobody is taken away from what they do.
    await second.page.getByRole('heading', { name: 'Datasets', level: 1 }).waitFor();
    await second.page.getByRole('button', { name: 'Show', exact: true }).click();
    await second.page.getByRole('heading', { name: 'renamed', level: 1 }).waitFor();
    expect(second.complaints).toEqual([]);
    await second.close();
    expect(readFileSync(file)).toEqual(content);
    removeFolder(other);
  });

  it('complains of nothing', () => expect(desktop.complaints).toEqual([]));
});

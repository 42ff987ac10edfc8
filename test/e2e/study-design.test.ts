/** A study from its question to its results: designed by chips and by keys alone, watched, extended by a seed. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Bridge } from '../../src/shared/bridge.ts';
import { needs } from '../needs.ts';
import { driven, lackOfDesktop, openDesktop, type Desktop } from './desktop.ts';
import * as journey from './journey.ts';
import { writeMnist } from './mnist.ts';
import { makeFolder, removeFolder, waitFor } from './session.ts';
import { addSyntheticStudy, fewRuns, manyRuns } from './synthetic-study.ts';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

describe(driven('a study'), needs(lackOfDesktop), () => {
  let folder: string;
  let desktop: Desktop;
  let page: Page;

  beforeAll(async () => {
    folder = makeFolder();
    desktop = await openDesktop({ userData: folder, dropFolder: folder });
    ({ page } = desktop);
    await journey.dropMnist(desktop, await writeMnist(folder, { train: 100, test: 50 }));
    await journey.show(page, 'Studies');
  }, 60_000);
  afterAll(async () => {
    await desktop.close();
    removeFolder(folder);
  });

  const row = (name: string) => page.getByRole('group', { name, exact: true });
  const chip = (group: string, value: string) => row(group).getByRole('button', { name: value, exact: true });
  const chosen = (group: string) => row(group).locator('[aria-pressed="true"]').allTextContents();
  const start = (count: number) => page.getByRole('button', { name: `Start ${count} runs`, exact: true });
  /** Of runs, without the facts beside them. */
  const places = (grid: Locator) => grid.locator('[data-cell]');
  const finished = (count: number) => page.getByText(`${count} of ${count} finished`).waitFor({ timeout: 120_000 });

  it('begins with a question', async () => {
    await page.getByRole('link', { name: /^Where do capsules vanish\?/ }).click();
    await page.getByText(/^Where do capsules vanish, as N, D and L change\?/).waitFor();
    expect(await chosen('N, capsule types')).toEqual(['8', '16']);
    await start(36).waitFor();
  });

  it('is designed by chips and ranges, which count at once', async () => {
    await row('Data sets').getByRole('button').first().waitFor();
    await chip('N, capsule types', '16').click();
    await chip('D, dimensions', '8').click();
    for (const depth of ['4', '8']) await chip('L, capsule layers', depth).click();
    expect(await chosen('L, capsule layers')).toEqual(['2']);
    await row('L, capsule layers').getByRole('button', { name: 'Add capsule layers' }).click();
    await page.getByRole('textbox', { name: 'Add capsule layers' }).fill('1..1');
    await page.keyboard.press('Enter');
    expect(await chosen('L, capsule layers')).toEqual(['1', '2']);
    await chip('Seeds', '3').click();
    await page.getByRole('checkbox', { name: 'cut the networks' }).check();
    for (const arm of ['unpruned', 'CCM alone', 'pruned', 'from scratch'])
      expect(await page.getByRole('checkbox', { name: arm, exact: true }).isChecked(), arm).toBe(true);
    await page.getByRole('spinbutton', { name: 'Epochs before the cut' }).fill('1');
    await page.getByRole('spinbutton', { name: 'Epochs after the cut' }).fill('1');
    // Two networks, four arms and their source, two seeds.
    await start(20).waitFor();
    await page.getByText(/^Does cutting capsule types keep deep layers active, beyond what the loss term and the size explain\?/).waitFor();
    await page.getByText(/Chance is not ruled out/).waitFor();
    const account = page.locator('dl[aria-label="Account"]');
    expect((await account.textContent())?.replaceAll(/\s+/g, ' ')).toMatch(/2.*× .*5.*× .*2.*= .*20 runs/);
    await page
      .getByText(/nothing has been measured|tells apart/)
      .first()
      .waitFor();
    const took = await page.evaluate(() => performance.getEntriesByName('study-follows').map(({ duration }) => duration));
    expect(took.length).toBeGreaterThan(5);
    // The first is the question with which the page is opened.
    const [opened, ...changes] = took;
    console.error(
      `What follows a chip: ${Math.max(...changes).toFixed(0)} ms at most over ${changes.length} changes; the question itself: ${opened!.toFixed(0)} ms`,
    );
  });

  it('is the same as a file, both ways', async () => {
    await page.getByRole('button', { name: 'JSON', exact: true }).click();
    const editor = page.getByRole('textbox', { name: 'Study file' });
    await editor.waitFor();
    const text = async () => (await editor.locator('.cm-line').allTextContents()).join('\n');
    expect(JSON.parse(await text())).toMatchObject({
      networks: [{ types: 8, dim: 4, depth: [1, 2] }],
      seeds: [1, 2],
      training: { validation: 0.1 },
    });
    await page.getByText('training.validation: 0.1').waitFor();
    await page.getByText(/the file has\s+"data": \{\s+"path": \[/).waitFor();
    await chip('Seeds', '3').click();
    await waitFor(async () => ((await text()).includes('[1, 2, 3]') ? true : undefined));
    await editor.fill((await text()).replace('[1, 2, 3]', '[1, 2]').replace('"validation": 0.1', '"validation": 0.1, "batch": 16'));
    await waitFor(async () => ((await chosen('Seeds')).join() === '1,2' ? true : undefined));
    await page.getByText('training.batch: 16', { exact: false }).waitFor();
    await editor.fill('{ "name": 1');
    await page
      .getByText(/^This is not JSON/)
      .first()
      .waitFor();
    expect(await chosen('Seeds'), 'chips show what could last be read').toEqual(['1', '2']);
    await page.keyboard.press('Control+z');
    await page.getByText('✓ valid').waitFor();
    await page.getByRole('button', { name: 'Close the file' }).click();
  });

  it('is opened from a file, and comes back when that is taken back', async () => {
    const before = await chosen('N, capsule types');
    const file = { name: 'other', networks: [{ types: [4, 32], dim: 8, depth: 3 }], epochs: { train: 2, fineTune: 0 }, seeds: [7] };
    const content = { name: 'other.json', mimeType: 'application/json', buffer: Buffer.from(JSON.stringify(file)) };
    await page.locator('input[type="file"]').setInputFiles(content);
    await expect.poll(() => chosen('N, capsule types')).toEqual(['4', '32']);
    expect(await chosen('Seeds')).toEqual(['7']);
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect.poll(() => chosen('N, capsule types')).toEqual(before);
    await page.locator('input[type="file"]').setInputFiles({ ...content, buffer: Buffer.from('[1') });
    await page.getByText(/^other\.json is not a study file: /).waitFor();
    await page.getByRole('button', { name: 'Close toast' }).first().click();
  });

  it('says what cannot be, and what would mend it', async () => {
    await row('N, capsule types').getByRole('button', { name: 'Add capsule types' }).click();
    await page.getByRole('textbox', { name: 'Add capsule types' }).fill('5');
    await page.keyboard.press('Enter');
    await chip('D, dimensions', '4').waitFor();
    await row('D, dimensions').getByRole('button', { name: 'Add dimensions' }).click();
    await page.getByRole('textbox', { name: 'Add dimensions' }).fill('6');
    await page.keyboard.press('Enter');
    await page.getByText(/^.*N = 5 with D = 6: the first backbone block would have 7\.5 channels/).waitFor();
    expect(await page.getByRole('button', { name: /^Start \d+ run/ }).isDisabled()).toBe(true);
    for (const [group, value] of [
      ['N, capsule types', '5'],
      ['D, dimensions', '6'],
    ] as const) {
      await chip(group, value).click();
      await expect.poll(() => chosen(group)).not.toContain(value);
    }
    await start(20).waitFor();
  });

  it('runs, and is watched', async () => {
    await page.getByRole('textbox', { name: 'Name of the study' }).fill('two networks');
    await start(20).click();
    const grid = page.getByRole('grid', { name: 'Every run' });
    await grid.waitFor();
    for (const network of ['N8 D4 L1', 'N8 D4 L2']) await grid.getByRole('rowheader', { name: network, exact: true }).waitFor();
    await expect.poll(() => places(grid).count()).toBe(20);
    await grid
      .getByRole('gridcell', { name: /running/ })
      .first()
      .waitFor();
    await finished(20);
    await expect.poll(() => grid.getByRole('gridcell', { name: /finished, \d/ }).count()).toBe(20);
  }, 150_000);

  it('is extended by a seed, with the keyboard alone', async () => {
    await page.getByRole('link', { name: 'Design', exact: true }).focus();
    await page.keyboard.press('Enter');
    await page.getByText('This study has begun').waitFor();
    await chip('Seeds', '1').focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    expect(await chosen('Seeds')).toEqual(['1', '2', '3']);
    await page.getByText('20 part of it already').waitFor();
    await page.getByRole('button', { name: 'Add 10 runs' }).focus();
    await page.keyboard.press('Enter');
    await finished(30);
    const grid = page.getByRole('grid', { name: 'Every run' });
    await expect.poll(() => places(grid).count()).toBe(30);
    await places(grid).first().focus();
    await page.keyboard.press('Shift+ArrowRight');
    await page.keyboard.press('Shift+ArrowDown');
    await page.getByRole('toolbar', { name: 'Chosen runs' }).getByText('4 chosen').waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1 }).waitFor();
    expect(await page.evaluate('location.hash')).toMatch(/^#\/run\//);
  }, 150_000);

  it('takes in a single network that was drawn in Train', async () => {
    await journey.show(page, 'Train');
    await page.getByLabel('Preset', { exact: true }).selectOption('Small, deep: N8 D8 L5');
    await page.getByRole('button', { name: 'Add to study' }).click();
    await page.getByRole('button', { name: 'N8 D8 L5', exact: true }).waitFor();
    expect(await chosen('L, capsule layers'), 'the draft is as it was left').toEqual(['1', '2']);
  });

  it('reuses what has been computed, in another study', async () => {
    const list = await call<{ id: string; spec: object; dataset: { fingerprint: string } }[]>(page, 'studies.list');
    const { spec, dataset } = list[0]!;
    const again = await call<string>(page, 'queue.study', { spec: { ...spec, name: 'again' }, dataset: dataset.fingerprint });
    await page.evaluate(`location.hash = '#/studies/${again}/progress'`);
    await page.getByText('30 of 30 finished (30 reused)').waitFor();
  });

  it('of thousands of runs is shown by network and arm, and few hundred one by one', async () => {
    const [{ fingerprint } = { fingerprint: '' }] = await call<{ fingerprint: string }[]>(page, 'datasets.list');
    const { database } = await call<{ database: string }>(page, 'app.info');
    const few = addSyntheticStudy(database, fingerprint, fewRuns);
    const many = addSyntheticStudy(database, fingerprint, manyRuns);
    const grid = page.getByRole('grid', { name: 'Every run' });
    for (const [id, cells] of [
      [few, 720],
      [many, 1080],
    ] as const) {
      await waitFor(async () => ((await call<{ id: string }[]>(page, 'studies.list')).some((study) => study.id === id) ? true : undefined));
      await page.evaluate(`location.hash = '#/studies/${id}/progress'`);
      await waitFor(async () => ((await places(grid).count()) === cells ? true : undefined));
      await page.getByRole('heading', { name: 'Needs you' }).waitFor();
      expect(await problems(page)).toEqual([]);
    }
  }, 120_000);

  it('leaves out what failed, and takes that back', async () => {
    const needs = page.getByRole('region', { name: 'Needs you' });
    const facts = page.getByText(/^[\d,]+ of [\d,]+ finished/);
    const before = await facts.innerText();
    await needs.getByRole('button', { name: 'Leave out' }).click();
    await page.getByText(/ left out\.$/).waitFor();
    await expect.poll(() => facts.innerText()).not.toBe(before);
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect.poll(() => facts.innerText()).toBe(before);
  });

  it('says where nothing has finished yet', async () => {
    const [{ fingerprint } = { fingerprint: '' }] = await call<{ fingerprint: string }[]>(page, 'datasets.list');
    const { database } = await call<{ database: string }>(page, 'app.info');
    const none = addSyntheticStudy(database, fingerprint, { ...fewRuns, seeds: [1] }, { share: 0 });
    await page.evaluate(`location.hash = '#/studies/${none}/results'`);
    await page.getByRole('heading', { name: 'No results yet' }).waitFor();
    await page.getByRole('link', { name: 'Progress' }).last().click();
    await page.getByRole('grid', { name: 'Every run' }).waitFor();
  });

  it('complains of nothing', () => expect(desktop.complaints).toEqual([]));
});

async function call<T>(page: Page, method: string, argument?: unknown): Promise<T> {
  const reply = await page.evaluate(
    ([name, given]) => (globalThis as unknown as { workbench: Bridge }).workbench.call(name as string, given),
    [method, argument],
  );
  if (!reply.ok) throw new Error(reply.message);
  return reply.value as T;
}

/** What axe finds serious or critical. */
async function problems(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  return page.evaluate(async () => {
    const { axe: checker } = globalThis as unknown as {
      axe: { run: () => Promise<{ violations: { id: string; impact: string; nodes: { html: string }[] }[] }> };
    };
    const { violations } = await checker.run();
    return violations
      .filter(({ impact }) => ['serious', 'critical'].includes(impact))
      .flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 200)}`));
  });
}

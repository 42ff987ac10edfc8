/** Getting data in: thousands of files on their way, an empty folder, previews, and a guided study that has ended. */
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { StudySpec } from '../../src/shared/spec/study.ts';
import { Store } from '../../src/store/store.ts';
import { needs } from '../needs.ts';
import { lackOfBrowserMode, openBrowserMode, type BrowserMode } from './browser-mode.ts';
import { show } from './journey.ts';
import { study, writeMadeUp } from './made-up.ts';
import { makeFolder, removeFolder } from './session.ts';

/** Two classes of images that are three times as wide as high. */
async function writeFolder(folder: string, perClass: number): Promise<string> {
  for (const [name, value] of [
    ['cat', 40],
    ['dog', 200],
  ] as const) {
    mkdirSync(join(folder, name), { recursive: true });
    const pixels = Buffer.alloc(48 * 16, value);
    const png = await sharp(pixels, { raw: { width: 48, height: 16, channels: 1 } })
      .png()
      .toBuffer();
    writeFileSync(join(folder, name, '0.png'), png);
    for (let i = 1; i < perClass; i++) copyFileSync(join(folder, name, '0.png'), join(folder, name, `${i}.png`));
  }
  return folder;
}

describe('getting data in (Chromium)', needs(lackOfBrowserMode), () => {
  let folder: string;
  let session: BrowserMode;
  const cards = () => session.page.locator('.cards > li').count();

  beforeAll(async () => {
    folder = makeFolder();
    // As the card for newcomers leaves it when its study has ended and nobody has said so yet.
    const database = await writeMadeUp(folder, StudySpec.parse({ ...study, arms: ['unpruned', 'ccm'], pruning: undefined }));
    const store = new Store(database);
    store.values.set('view.first-use', { dismissed: false, study: store.studies.list()[0]!.id });
    store.close();
    session = await openBrowserMode(['src/cli/start.mjs', 'serve', '--no-open', '--db', database]);
  });
  afterAll(async () => {
    await session.close();
    removeFolder(folder);
  });

  it('ends a guided study in its results, from whatever view somebody is in', async () => {
    const { page } = session;
    await page.getByText('Your first study has ended.').waitFor();
    await page.getByRole('button', { name: 'See what it shows' }).click();
    await page.waitForURL(/#\/studies\/[^/]+\/results$/);
    await page.getByRole('region', { name: /conclusion/i }).waitFor();
    await show(page, 'Datasets');
    await page.getByRole('button', { name: 'See what the first study shows' }).waitFor();
  });

  it('shows thousands of files on their way before the first has arrived, and takes none of them when cancelled', async () => {
    const { page } = session;
    await show(page, 'Train');
    const many = await writeFolder(join(folder, 'many'), 1200);
    const arrival = Promise.withResolvers<undefined>();
    await page.route('**/upload*', async (route) => {
      await arrival.promise;
      // The page has taken it back by now.
      await route.abort().catch(() => undefined);
    });
    await session.drop([many]);
    const task = page.getByRole('status').filter({ hasText: 'many' });
    await task.getByText('sending: 0 of 2,400 files').waitFor();
    await task.getByRole('button', { name: 'Cancel' }).click();
    await task.waitFor({ state: 'detached' });
    arrival.resolve(undefined);
    await page.unroute('**/upload*');
    expect(await page.getByRole('alert').count()).toBe(0);
    await show(page, 'Datasets');
    await expect.poll(cards).toBe(1);
  });

  it('says that a folder is empty', async () => {
    const { page } = session;
    mkdirSync(join(folder, 'nothing'));
    await session.drop([join(folder, 'nothing')]);
    await page.getByText('the folder is empty').waitFor();
    await expect.poll(cards).toBe(1);
  });

  it('leaves somebody where they are when the images are there, and leads to them when asked', async () => {
    const { page } = session;
    await show(page, 'Train');
    await page.getByLabel('Name of the run').fill('half done');
    await session.drop([await writeFolder(join(folder, 'pets'), 20)]);
    await page.getByText(/pets is ready\./).waitFor();
    expect(page.url()).toContain('#/train');
    expect(await page.getByLabel('Name of the run').inputValue()).toBe('half done');
    await page.getByRole('button', { name: 'Show', exact: true }).click();
    await page.getByRole('heading', { name: 'pets' }).waitFor();
  });

  it('shows images in one size whatever the height of the window', async () => {
    const { page } = session;
    const image = page.getByRole('img', { name: /^cat, image \d+$/ }).first();
    const sizes = new Set<string>();
    for (const height of [700, 1080, 1440]) {
      await page.setViewportSize({ width: 1280, height });
      await image.waitFor();
      const { width, height: tall } = (await image.boundingBox())!;
      sizes.add(`${width}×${tall}`);
    }
    expect([...sizes]).toHaveLength(1);
  });

  it('complains of nothing', () => expect(session.complaints.filter((text) => !text.includes('net::ERR'))).toEqual([]));
});

/** Into a trained network: images chosen, drawn and dropped, routing step by step, changed dimensions, two runs beside each other. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Bridge } from '../../src/shared/bridge.ts';
import { decodeSafetensors } from '../../src/shared/safetensors.ts';
import { networkOf } from '../../src/shared/spec/network.ts';
import { needs } from '../needs.ts';
import { driven, lackOfDesktop, openDesktop, type Desktop } from './desktop.ts';
import { writeMnist } from './mnist.ts';
import { makeFolder, removeFolder, waitFor } from './session.ts';
import { listRuns } from '../list-runs.ts';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

describe(driven('inside'), needs(lackOfDesktop), () => {
  let folder: string;
  let desktop: Desktop;
  let page: Page;
  let runs: string[];

  beforeAll(async () => {
    folder = makeFolder();
    desktop = await openDesktop({ userData: folder, dropFolder: folder });
    ({ page } = desktop);
    const paths = await writeMnist(folder, { train: 600, test: 200 });
    const { dataset } = await call<{ dataset: { fingerprint: string } }>('datasets.open', { task: 'few', paths });
    const train = (name: string, seed: number, decoder: boolean) =>
      call<string[]>('queue.train', {
        ...{ name, dataset: dataset.fingerprint, training: { epochs: 2 }, seeds: [seed] },
        network: networkOf({ types: 4, dim: 8, depth: 2, decoder }),
      });
    runs = [...(await train('with a decoder', 1, true)), ...(await train('without one', 2, false))];
    await waitFor(async () => {
      const list = await listRuns(call);
      return list.every(({ status }) => status === 'finished') ? true : undefined;
    }, 60_000);
    await page.evaluate(`location.hash = '#/run/${runs[0]!}/inside'`);
    await graph().waitFor();
  }, 90_000);
  afterAll(async () => {
    await desktop.close();
    removeFolder(folder);
  });

  async function call<T>(method: string, argument?: unknown): Promise<T> {
    const reply = await page.evaluate(
      ([name, given]) => (globalThis as unknown as { workbench: Bridge }).workbench.call(name as string, given),
      [method, argument],
    );
    if (!reply.ok) throw new Error(reply.message);
    return reply.value as T;
  }
  const graph = () => page.getByRole('group', { name: 'Capsules, from the primary ones to the classes' });
  const image = () => page.getByRole('region', { name: 'Image', exact: true });
  const reading = () => image().getByRole('status').innerText();
  const picture = (of: Locator) => of.evaluate((canvas: { toDataURL: () => string }) => canvas.toDataURL());
  const cell = (name: RegExp) => graph().getByRole('button', { name });
  const chosen = () => page.getByRole('region', { name: 'Chosen' });

  it('shows every capsule, the classes and the strongest path of a test image, and finds those that are misread', async () => {
    await expect.poll(() => cell(/^(Primary|Capsules \d), type \d/).count()).toBe(12);
    await expect.poll(() => cell(/^Class \d/).count()).toBe(10);
    await expect.poll(() => cell(/on the strongest path/).count()).toBe(3);
    await expect.poll(() => cell(/, the longest/).count()).toBe(1);
    const list = page.getByRole('region', { name: 'Test images' });
    await list.getByText('200 images').waitFor();
    await list.getByRole('button', { name: 'misread' }).click();
    await list.getByRole('button', { name: /, read as/ }).first().waitFor(); // prettier-ignore
    await expect.poll(() => list.getByRole('button', { name: /^Test image \d+, \d$/ }).count()).toBe(0);
    await list.getByRole('button', { name: /, read as/ }).first().click(); // prettier-ignore
    await expect.poll(reading).toMatch(/^a (\d), read as (?!\1)\d$/);
    await list.getByRole('button', { name: 'misread' }).click();
  });

  it('goes through the routing by key: at first nothing is decided', async () => {
    const decided = graph().getByRole('img', { name: /Couplings of Classes/ });
    await decided.waitFor();
    const last = await decided.getAttribute('aria-label');
    for (let i = 0; i < 3; i++) await page.keyboard.press('[');
    await expect.poll(() => decided.getAttribute('aria-label')).toMatch(/: 0\D*% decided/);
    for (let i = 0; i < 3; i++) await page.keyboard.press(']');
    await expect.poll(() => decided.getAttribute('aria-label')).toBe(last);
  });

  it('is walked by arrow keys, tells what a capsule takes and gives, and is a table as well', async () => {
    await cell(/^Capsules 1, type 0/).press('Enter');
    await chosen().getByRole('heading', { name: 'Capsules 1, type 0' }).waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowRight');
    await chosen().getByRole('heading', { name: 'Capsules 2, type 1' }).waitFor();
    await expect.poll(() => page.evaluate('document.activeElement.getAttribute("aria-label")')).toMatch(/^Capsules 2, type 1/);
    const gives = chosen().getByRole('region', { name: 'Couplings' });
    await expect.poll(() => gives.getByRole('button').count()).toBe(4 + 8);
    await page.getByRole('button', { name: 'As a table' }).click();
    await expect.poll(() => page.getByRole('table').getByRole('row').count()).toBe(1 + 12 + 10);
    await page.getByRole('button', { name: 'As a table' }).click();
  });

  it('reads what is drawn while it is drawn', async () => {
    const before = await cell(/^Class 1/).getAttribute('aria-label');
    await page.keyboard.press('d');
    await image().getByRole('button', { name: 'Clear' }).click();
    const pad = image().getByRole('application');
    const box = (await pad.boundingBox())!;
    await page.mouse.move(box.x + box.width * 0.55, box.y + box.height * 0.18);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.48, box.y + box.height * 0.82, { steps: 8 });
    // The pen is still on the paper.
    await expect.poll(() => cell(/^Class 1/).getAttribute('aria-label')).not.toBe(before);
    await page.mouse.up();
    await image()
      .getByText(/^drawn/)
      .waitFor();
    await expect.poll(reading).toMatch(/^read as 1$/);
    await page.keyboard.press('d');
  });

  it('looks at a dropped image as the run prepares its images', async () => {
    const file = join(folder, 'seven.png');
    const svg =
      '<svg xmlns="http://www.w3.org/2000/svg" width="90" height="90"><rect width="90" height="90"/><path d="M20 22H68L40 76" fill="none" stroke="#fff" stroke-width="9"/></svg>';
    await sharp(Buffer.from(svg)).png().toFile(file);
    await desktop.drag([file]);
    await page.getByText('Drop to look at it in this network').waitFor();
    await desktop.drop([file]);
    await image().getByText('seven.png').waitFor();
    await expect.poll(reading).toMatch(/^read as \d$/);
    await image().getByRole('button', { name: 'Back to the test image' }).click();
    await expect.poll(reading).toMatch(/^a \d, /);
  });

  it('draws changed dimensions, and keeps their names', async () => {
    await cell(/, the longest$/).click();
    const slider = chosen().getByRole('slider').first();
    await slider.waitFor();
    const decoded = chosen().getByRole('img', { name: /^What the decoder draws of class/ });
    const strips = chosen().getByRole('img', { name: /^What the decoder draws while/ });
    await expect.poll(() => strips.count()).toBe(16);
    const before = await picture(decoded);
    await slider.fill('0.25');
    await expect.poll(() => picture(decoded)).not.toBe(before);
    await chosen().getByRole('button', { name: 'Reset' }).click();
    await expect.poll(() => picture(decoded)).toBe(before);

    const name = chosen().getByRole('textbox').first();
    const dimension = /\d+/.exec((await name.getAttribute('aria-label'))!)![0];
    await name.fill('slant');
    await name.press('Enter');
    await chosen().getByRole('slider', { name: 'Change slant' }).waitFor();
    // Names are of a class; a page that is loaded anew begins at the first image, which may be of another.
    const [named] = /\d$/.exec(await chosen().getByRole('heading', { name: /^Class \d$/ }).innerText())!; // prettier-ignore
    await page.reload();
    await cell(new RegExp(`^Class ${named}:`)).click();
    await chosen().getByRole('slider', { name: 'Change slant' }).waitFor();
    expect(
      await chosen()
        .getByRole('textbox', { name: `Name of dimension ${dimension}`, exact: true })
        .inputValue(),
    ).toBe('slant');
  });

  it('stands beside another run on the same image, which gets the decoder that it lacks; what is pinned stays', async () => {
    await chosen().getByRole('button', { name: /^Pin/ }).click();
    const pinned = page.getByRole('region', { name: 'Pinned' });
    await pinned.getByRole('heading', { name: /^Class \d$/ }).waitFor();
    await page.getByLabel('Beside').selectOption({ label: 'without one' });
    await expect.poll(() => graph().count()).toBe(2);
    await graph().last().getByRole('button', { name: /, the longest$/ }).click(); // prettier-ignore
    await chosen().getByRole('heading', { name: 'No decoder, so no reconstruction' }).waitFor();
    await pinned.getByRole('slider').first().waitFor();
    await chosen().getByRole('button', { name: 'Train a decoder' }).click();
    await chosen().getByRole('slider').first().waitFor({ timeout: 60_000 });
    await page.getByLabel('Beside').selectOption('');
    await expect.poll(() => graph().count()).toBe(1);
    await pinned.getByRole('button', { name: 'Unpin' }).click();
  });

  it('tells how long a capsule is on all test images, and which of them excite it', async () => {
    await cell(/^Capsules 2, type 0/).click();
    await chosen().getByRole('img', { name: /^Lengths on 200 test images/ }).waitFor({ timeout: 60_000 }); // prettier-ignore
    const excite = chosen().getByRole('region', { name: 'Images that excite it' });
    const lengths = async () => (await excite.getByRole('listitem').allInnerTexts()).map(Number);
    await expect.poll(() => excite.getByRole('listitem').count()).toBe(16);
    const most = await lengths();
    expect(most).toEqual(most.toSorted((a, b) => b - a));
    await excite.getByRole('radio', { name: 'least' }).click();
    await expect.poll(async () => Math.max(...(await lengths()))).toBeLessThanOrEqual(most.at(-1)!);
    const first = excite.getByRole('button', { name: /^Test image/ }).first();
    const [, index] = /^Test image (\d+)/.exec((await first.getAttribute('aria-label'))!)!;
    await first.click();
    await expect.poll(() => image().getByRole('spinbutton').inputValue()).toBe(index);
  });

  it('saves the figure and all numbers', async () => {
    const save = async (item: string) => {
      await page.getByRole('button', { name: 'Save: what this image makes of the network' }).click();
      return desktop.saved(page.getByRole('menuitem', { name: item }));
    };
    expect((await save('Save as SVG')).content.toString()).toMatch(/^<svg[\s\S]*<image[\s\S]*Parse tree/);
    const numbers = await save('Save all numbers as safetensors');
    const { tensors } = decodeSafetensors(numbers.content, numbers.name);
    expect(tensors.get('capsules.1.coupling')?.shape).toEqual([3, 4, 4]);
  });

  it('is clean by axe, and as wide as its window at every size', async () => {
    for (const width of [1024, 1920]) {
      await page.setViewportSize({ width, height: width === 1024 ? 700 : 1080 });
      await graph().waitFor();
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
      await page.evaluate(axe);
      const violations = await page.evaluate(async () => {
        const { axe: checker } = globalThis as unknown as { axe: { run: () => Promise<{ violations: { id: string; impact: string }[] }> } };
        return (await checker.run()).violations.filter(({ impact }) => ['serious', 'critical'].includes(impact)).map(({ id }) => id);
      });
      expect(violations).toEqual([]);
    }
  });

  it('measures how turned images are read, of several runs, and comes back there when the page is loaded anew', async () => {
    await page.getByRole('tab', { name: 'Robustness' }).click();
    await page.reload();
    await page.getByLabel('Add a run').selectOption({ label: 'without one' });
    await page.getByRole('button', { name: 'Measure 2 runs' }).click();
    await page.getByRole('button', { name: 'Measured' }).waitFor({ timeout: 60_000 });
    const accuracy = page.getByRole('figure').filter({ has: page.getByRole('heading', { name: 'Accuracy', exact: true }) });
    await expect.poll(() => accuracy.getByRole('img').getAttribute('aria-label')).toMatch(/with a decoder: from .+; without one: from /);
    expect(desktop.complaints).toEqual([]);
  });
});

/** What a run says of itself, one that has vanished and one that lives, and a cut whose lines are moved. */
import type { Locator } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { needs } from '../needs.ts';
import { driven, lackOfDesktop, openDesktop, type Desktop } from './desktop.ts';
import * as journey from './journey.ts';
import { writeMnist } from './mnist.ts';
import { makeFolder, removeFolder, waitFor } from './session.ts';

const sizes = [
  { width: 1024, height: 700 },
  { width: 1280, height: 800 },
  { width: 1920, height: 1080 },
  { width: 2560, height: 1440 },
];

describe(driven('overview and prune'), needs(lackOfDesktop), () => {
  let folder: string;
  let desktop: Desktop;
  let finding: Locator;

  beforeAll(async () => {
    folder = makeFolder();
    desktop = await openDesktop({ userData: folder, dropFolder: folder });
    await journey.dropMnist(desktop, await writeMnist(folder, { train: 200, test: 100 }));
    finding = desktop.page.getByRole('region', { name: 'Finding' });
  });
  afterAll(async () => {
    await desktop.close();
    removeFolder(folder);
  });

  const figure = (title: string) =>
    desktop.page.getByRole('figure').filter({ has: desktop.page.getByRole('heading', { name: title, exact: true }) });
  const drawn = (title: string) =>
    figure(title)
      .locator('canvas')
      .evaluate((canvas: { toDataURL: () => string }) => canvas.toDataURL());

  it('of a run that has vanished: says so, links what shows it, and offers what could be tried', async () => {
    const { page } = desktop;
    await page.getByRole('button', { name: 'Train on it' }).click();
    await page.getByLabel('Preset', { exact: true }).selectOption('Tiny: N8 D4 L2');
    await page.getByLabel('L, intermediate layers', { exact: true }).fill('4');
    await page.getByLabel('N, capsule types', { exact: true }).fill('16');
    await page.getByLabel('Epochs', { exact: true }).fill('3');
    await page.getByLabel('Name of the run').fill('dead');
    await page.getByRole('button', { name: /^(Start|Queue)$/ }).click();
    await page.getByRole('heading', { name: 'dead', level: 1 }).waitFor();
    await journey.waitForEnd(page);

    await finding.getByRole('heading', { name: /inactive (since epoch|from the start)/ }).waitFor();
    const evidence = finding.getByRole('link');
    await expect.poll(() => evidence.count()).toBeGreaterThanOrEqual(3);
    const gain = finding.getByRole('link', { name: /^0\.56/ });
    await gain.hover();
    await waitFor(async () => ((await figure('Activation by depth').getAttribute('class'))?.includes('marked') ? true : undefined));
    await page.getByRole('heading', { name: 'dead', level: 1 }).hover();
    await waitFor(async () => ((await figure('Activation by depth').getAttribute('class'))?.includes('marked') ? undefined : true));
    await expect.poll(() => figure('Every capsule, every epoch').getByText('init', { exact: true }).count()).toBe(1);
  });

  it('fills the window with its charts at every size', async () => {
    const { page } = desktop;
    for (const size of sizes) {
      await page.setViewportSize(size);
      await page.waitForTimeout(300);
      const [scroll, client] = await page.locator('main').evaluate((main: { scrollHeight: number; clientHeight: number }) => [main.scrollHeight, main.clientHeight]); // prettier-ignore
      expect(scroll - client, `${size.width}: more than the window shows`).toBeLessThanOrEqual(0);
      const [map, bottom] = await Promise.all([figure('Every capsule, every epoch').boundingBox(), page.locator('footer').boundingBox()]);
      expect(bottom!.y - (map!.y + map!.height), `${size.width}: empty space below`).toBeLessThan(70);
    }
    await page.setViewportSize(sizes[1]!);
  });

  it('reads all charts off together, and enlarges one', async () => {
    const { page } = desktop;
    // After a change of the window's size, and with what looks at images add to the finding.
    const before = await waitFor(async () => {
      const first = await drawn('Margin loss');
      await page.waitForTimeout(500);
      return (await drawn('Margin loss')) === first ? first : undefined;
    });
    await figure('Accuracy').locator('canvas').hover();
    await waitFor(async () => ((await drawn('Margin loss')) === before ? undefined : true));
    await page.getByRole('heading', { name: 'dead', level: 1 }).hover();
    await waitFor(async () => ((await drawn('Margin loss')) === before ? true : undefined));

    const small = (await figure('Margin loss').boundingBox())!;
    await page.getByRole('button', { name: 'Enlarge: Margin loss' }).click();
    await waitFor(async () => ((await figure('Margin loss').boundingBox())!.width > 2 * small.width ? true : undefined));
    await page.keyboard.press('Escape');
    await waitFor(async () => ((await figure('Margin loss').boundingBox())!.width === small.width ? true : undefined));

    const axis = page.getByRole('group', { name: 'Along the curves' });
    const byEpoch = await drawn('Margin loss');
    await axis.getByRole('radio', { name: 'step' }).click();
    await waitFor(async () => ((await drawn('Margin loss')) === byEpoch ? undefined : true));
    await axis.getByRole('radio', { name: 'epoch' }).click();
  });

  it('queues a remedy with one press, and makes a study of all', async () => {
    const { page } = desktop;
    const remedies = finding.getByRole('listitem');
    await expect.poll(() => remedies.count()).toBe(4);
    await finding.getByRole('button', { name: /more$/ }).click();
    await expect.poll(() => remedies.count()).toBe(7);
    await finding.getByRole('button', { name: /^Queue: sensitive squash/ }).click();
    await page.getByText(/sensitive squash” is queued/).waitFor();
    await finding.getByRole('button', { name: 'All as a study' }).click();
    await page.waitForURL(/#\/studies/);
    await waitFor(async () => ((await page.locator('main').innerText()).includes('CCM') ? true : undefined));
    await journey.show(page, 'Runs');
    const remedy = page.getByRole('link', { name: /sensitive squash/ });
    await remedy.first().click();
    await journey.waitForEnd(page);
    await finding.getByRole('heading', { level: 3 }).waitFor();
    expect(await finding.getByRole('heading', { level: 3 }).innerText()).not.toMatch(/^All 64 capsule types inactive/);
  });

  it('moves the line of a cut by key and by pointer, together or each, and says what it takes', async () => {
    const { page } = desktop;
    await page.getByRole('button', { name: 'Prune', exact: true }).click();
    const line = (layer: string) => page.getByRole('slider', { name: `Line of the cut: ${layer}` });
    const stays = async (layer: string) => Number(await line(layer).getAttribute('aria-valuenow'));
    await line('Backbone 1').waitFor({ timeout: 60_000 });
    expect(await stays('Backbone 1')).toBe(8);
    await line('Backbone 1').press('ArrowLeft');
    await waitFor(async () => ((await stays('Backbone 1')) === 7 ? true : undefined));
    expect(await stays('Backbone 2')).toBeLessThan(16);
    await page.getByRole('radio', { name: 'each' }).click();
    const second = await stays('Backbone 2');
    await line('Backbone 1').press('Shift+ArrowRight');
    await waitFor(async () => ((await stays('Backbone 1')) === 16 ? true : undefined));
    expect(await stays('Backbone 2')).toBe(second);

    // A step of its own, which is taken back below.
    await page.waitForTimeout(700);
    // The primary line snaps to whole types of four channels.
    const box = (await line('Primary').boundingBox())!;
    await page.mouse.move(box.x + box.width / 2, box.y + 20);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.26, box.y + 20, { steps: 5 });
    await page.mouse.up();
    await waitFor(async () => ((await stays('Primary')) === 16 ? true : undefined));
    await page.getByText('4 of 16 types stay').waitFor();
    await page.getByRole('button', { name: 'Undo cut' }).click();
    await waitFor(async () => ((await stays('Primary')) === 32 ? true : undefined));

    const after = page.getByRole('region', { name: 'Right after the cut' });
    await waitFor(async () => (/%.*→.*%/s.test(await after.innerText()) ? true : undefined), 60_000);
    await after.getByText(/test images, \d+\.\d s/).waitFor();
    await after.getByText('Layers above the cut start afresh').waitFor();
    await page.getByRole('region', { name: 'Forecast', exact: true }).getByText('on images, as the cut leaves it').waitFor();
    // Strips of the primary capsules and the four layers above, as trained and as the cut leaves them.
    const strips = page.getByRole('region', { name: 'Layers before and after' }).getByRole('img', { name: /^\d+ types, / });
    await expect.poll(() => strips.count()).toBe(10);
    // Dotted until every point is known.
    await waitFor(async () => ((await page.locator('path.curve').count()) > 0 && (await page.locator('path.curve.open').count()) === 0 ? true : undefined), 90_000); // prettier-ignore
    await expect.poll(() => page.getByRole('img', { name: /^Mean feature maps of/ }).count()).toBe(4);
  });

  it('cuts as the lines say, and joins what was cut to what came of it', async () => {
    const { page } = desktop;
    await page.getByLabel('Epochs', { exact: true }).fill('1');
    for (const control of await page.getByRole('group', { name: 'Queued with it' }).getByRole('checkbox').all()) await control.uncheck();
    await page.getByLabel('Name of the pruned run').fill('cut by hand');
    await page.getByRole('button', { name: 'Prune and fine-tune' }).click();
    await page.getByRole('heading', { name: 'cut by hand', level: 1 }).waitFor();
    await journey.waitForEnd(page);
    // Three epochs of the source stand before the cut, and one of its own after it.
    const map = figure('Every capsule, every epoch');
    await map.getByText('cut', { exact: true }).waitFor();
    await expect.poll(() => map.getByText('4', { exact: true }).count()).toBe(1);
    await page.getByRole('tab', { name: 'Settings' }).click();
    await page.getByText('Pruning: ratios per block').waitFor();
    expect(await page.locator('dt', { hasText: 'Pruning: ratios per block' }).locator('+ dd').innerText()).toMatch(/^0, 0\.5\d*, 0\.5\d*$/);
    expect(desktop.complaints).toEqual([]);
  });
});

/** The built application from its first start to its second, as a person uses it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { needs } from '../needs.ts';
import { driven, lackOfDesktop, openDesktop, type Desktop } from './desktop.ts';
import * as journey from './journey.ts';
import { writeMnist } from './mnist.ts';
import { makeFolder, removeFolder } from './session.ts';

describe(driven('the window'), needs(lackOfDesktop), () => {
  let folder: string;
  let files: string[];
  let desktop: Desktop;
  const open = () => openDesktop({ userData: folder, dropFolder: folder });

  beforeAll(async () => {
    folder = makeFolder();
    files = await writeMnist(folder, journey.digits);
    desktop = await open();
  });
  afterAll(async () => {
    await desktop.close();
    removeFolder(folder);
  });

  it('starts with the sample', () => journey.firstStart(desktop));
  it('reads the four files of MNIST that are dropped on it', () => journey.dropMnist(desktop, files));
  it('trains two epochs and draws them as they come', async () => {
    await journey.train(desktop, 'whole', 2);
    await journey.watchCurves(desktop);
  });
  it('shows what a cut takes away, cuts and fine-tunes', () => journey.prune(desktop, 'cut'));
  it('compares the two and saves the comparison', () => journey.compareAndExport(desktop, ['whole', 'cut']));
  it('survives a killed trainer and goes on from the checkpoint', async () => {
    await journey.show(desktop.page, 'Datasets');
    await journey.train(desktop, 'long', 200);
    await journey.killTrainerAndResume(desktop, 'long');
  });
  it('finds everything again after a restart', async () => {
    const complaints = [...desktop.complaints];
    await desktop.close();
    desktop = await open();
    await journey.findEverything(desktop, { whole: 'finished', cut: 'finished', long: 'stopped' });
    expect([...complaints, ...desktop.complaints]).toEqual([]);
  });
});

/** Attacks on studies in the terminal. */
import { join } from 'node:path';
import type { RandomStream } from '../../src/shared/random.ts';
import { startCapscope } from '../../test/cli/capscope.ts';
import { writeTinyStudy } from '../../test/cli/tiny-study.ts';
import { holdDatabase, mountSmallDisk } from '../../test/small-disk.ts';
import { look, pause, type Campaign } from './campaign.ts';

function start(folder: string, db: string, epochs: number) {
  const study = writeTinyStudy(folder, { epochs: { train: epochs, fineTune: 4 } }, 480);
  const { child, ended } = startCapscope(['study', study, '--db', db, '--engine', 'wasm', '--threads', '1']);
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const says = (words: RegExp, times = 1): Promise<unknown> =>
    Promise.race([
      ended,
      new Promise((resolve) => {
        const look = () => {
          if ((said.match(new RegExp(words, 'gm'))?.length ?? 0) < times) return;
          child.stderr.off('data', look);
          resolve(null);
        };
        child.stderr.on('data', look);
        look();
      }),
    ]);
  return { child, ended, says, epochsTold: () => said.match(/^ +epoch \d+:/gm)?.length ?? 0 };
}

export async function killStudies(random: RandomStream, folder: string, kills: number): Promise<Campaign> {
  const campaign: Campaign = { what: 'kill -9 of a study and its trainer', times: 0, kept: 0, lost: 0, damaged: 0, crashes: 0 };
  for (let study = 0; campaign.times < kills; study++) {
    const db = join(folder, String(study), 'capscope.db');
    let before = 0;
    for (let going = true; going && campaign.times < kills;) {
      const { child, ended, says, epochsTold } = start(folder, db, 12);
      const moment = random.float();
      // While it still starts, once its trainer is at work, or somewhere in what follows an epoch.
      if (moment > 0.6) await says(/^ +epoch \d+:/m);
      else if (moment > 0.2) await says(/Engine: /);
      await pause(random.int(0, 700));
      child.kill('SIGKILL');
      const { code } = await ended;
      const { damaged, epochs } = look(db);
      campaign.lost! += Math.max(0, before + epochsTold() - epochs);
      campaign.damaged += Number(damaged);
      if (code === null) campaign.times++;
      else if (code !== 0) campaign.crashes++;
      going = code === null;
      before = epochs;
    }
    campaign.kept! += before;
  }
  return campaign;
}

/** The study must end whole, with every epoch, as if nothing had been. */
async function disturb(
  folder: string,
  db: string,
  times: number,
  { fault, begin, end }: { fault: RegExp; begin: () => void; end: () => Promise<void> },
): Promise<Omit<Campaign, 'what'>> {
  const epochs = 20 + 6 * times;
  const { ended, says, epochsTold } = start(folder, db, epochs);
  let done = 0;
  for (; done < times; done++) {
    await says(/^ +epoch \d+:/m, epochsTold() + 2);
    begin();
    await says(fault, done + 1);
    await end();
    await says(/Goes on\./, done + 1);
  }
  const { code } = await ended;
  const { damaged, epochs: kept, unfinished } = look(db);
  // Of an unpruned run, of one with the term that is pruned afterwards, and of the fine-tuning.
  const expected = epochs + 4 + epochs + 4;
  return { times: done, kept, lost: Math.max(0, expected - kept), damaged: Number(damaged), crashes: Number(code !== 0 || unfinished > 0) };
}

export async function fillDisk(random: RandomStream, folder: string, times: number): Promise<Campaign> {
  const disk = mountSmallDisk();
  try {
    const end = async () => {
      await pause(random.int(0, 1000));
      disk.free();
    };
    const counts = await disturb(folder, join(disk.folder, 'capscope.db'), times, { fault: /The disk is full/g, begin: disk.fill, end });
    return { what: 'a disk of 6 MB is filled and freed under a study', ...counts };
  } finally {
    disk.remove();
  }
}

export async function holdDatabases(random: RandomStream, folder: string, times: number): Promise<Campaign> {
  const db = join(folder, 'capscope.db');
  let release: () => void;
  const begin = () => (release = holdDatabase(db));
  const end = async () => {
    await pause(random.int(0, 5000));
    release();
  };
  const counts = await disturb(folder, db, times, { fault: /holds the database/g, begin, end });
  return { what: 'another program holds the database of a study', ...counts };
}

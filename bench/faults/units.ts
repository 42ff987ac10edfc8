/** Attacks on units of a study, which must end as the study does that is left alone. */
import { isDeepStrictEqual } from 'node:util';
import { join } from 'node:path';
import type { RandomStream } from '../../src/shared/random.ts';
import { Store } from '../../src/store/store.ts';
import { capscope } from '../../test/cli/capscope.ts';
import { writeTinyStudy } from '../../test/cli/tiny-study.ts';
import { killUnits, startUnit } from '../../test/scale/kill.ts';
import { look, type Campaign } from './campaign.ts';

export async function killStudyUnits(random: RandomStream, folder: string, kills: number): Promise<Campaign> {
  const campaign: Campaign = { what: 'kill -9 of units of a study', times: 0, kept: 0, lost: 0, damaged: 0, crashes: 0 };
  for (let round = 0; campaign.times < kills; round++) {
    const place = join(folder, String(round));
    const bundle = join(place, 'bundle');
    const study = writeTinyStudy(place, { epochs: { train: 12, fineTune: 6 }, seeds: [1] }, 480);
    const here = ['--engine', 'wasm', '--threads', '2'];
    await must('plan', study, bundle, ...here);
    const units = [0, 1];
    const killed = await killUnits(bundle, units, Math.min(12, Math.ceil((kills - campaign.times) / units.length)), random);
    campaign.times += killed.kills;
    campaign.crashes += killed.crashes;
    for (const unit of units) campaign.crashes += Number((await startUnit(bundle, unit).ended).code !== 0);
    const [collected, alone] = [join(place, 'collected.db'), join(place, 'alone.db')];
    await must('collect', bundle, '--db', collected);
    await must('study', study, '--db', alone, ...here);
    const [found, wanted] = [look(collected), look(alone)];
    campaign.kept! += found.epochs;
    campaign.lost! += wanted.epochs - found.epochs;
    campaign.damaged += Number(found.damaged || !isDeepStrictEqual(weightsIn(collected), weightsIn(alone)));
  }
  return campaign;
}

async function must(...args: string[]): Promise<void> {
  const { code, stderr } = await capscope(...args);
  if (code !== 0) throw new Error(`capscope ${args.join(' ')}: ${stderr}`);
}

/** Their sums, by run. */
function weightsIn(path: string): (string | undefined)[][] {
  const store = new Store(path);
  try {
    return store.runs().map(({ key, id }) => [key, store.files.find(id, 'weights')?.sha256]);
  } finally {
    store.close();
  }
}

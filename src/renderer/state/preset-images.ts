/** The images that a preset or a file is meant for. */
import { PreparationSpec } from '../../shared/spec/preparation.ts';
import { StudySpec } from '../../shared/spec/study.ts';
import { imagesMeant } from '../model/design/study-data.ts';
import { call } from '../client/client.ts';
import { newId } from '../client/new-id.ts';
import { workbench } from './workbench.svelte.ts';

/**
 * What a preset takes hours for on all images of the bundled sample takes minutes on as many as its file says. Images of one's own
 * are left as they were chosen.
 * @param chosen fingerprints, as are those that stand in for them.
 */
export async function imagesFor(preset: { data?: unknown }, chosen: readonly string[]): Promise<string[]> {
  const data = StudySpec.shape.data.safeParse(preset.data).data;
  const [sample] = workbench.datasets.filter(({ bundled, fingerprint }) => bundled && chosen.includes(fingerprint));
  if (!sample || chosen.length > 1 || (data?.limitTrain ?? data?.limitTest) === undefined) return [...chosen];
  const preparation = PreparationSpec.parse({ limits: { train: data?.limitTrain ?? null, test: data?.limitTest ?? null } });
  const opened = await call('datasets.prepare', { task: newId(), fingerprint: sample.fingerprint, preparation });
  return opened.status === 'opened' ? [opened.dataset.fingerprint] : [...chosen];
}

/** Fingerprint of the images that a study file names, prepared as it says; null: they are not here, or it names none. */
export async function imagesOf(draft: { data?: unknown }): Promise<string | null> {
  const meant = imagesMeant(draft, workbench.datasets);
  if (!meant) return null;
  const { known, likely, preparation } = meant;
  if (known || !likely) return known?.fingerprint ?? null;
  const opened = await call('datasets.prepare', { task: newId(), fingerprint: likely.fingerprint, preparation });
  return opened.status === 'opened' ? opened.dataset.fingerprint : null;
}

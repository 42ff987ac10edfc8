/** As many images as a preset is meant for. */
import { PreparationSpec } from '../../shared/spec/preparation.ts';
import { StudySpec } from '../../shared/spec/study.ts';
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

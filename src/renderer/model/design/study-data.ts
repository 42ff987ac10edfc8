/**
 * The images of a study in its file. In the window chips choose them and the file that is typed need not name them; in a terminal
 * the file is all there is, so that a file that leaves the window says which images are meant.
 */
import type { DatasetSummary } from '../../../shared/contract/index.ts';
import { withoutDefaults } from '../../../shared/spec/defaults.ts';
import { PreparationSpec } from '../../../shared/spec/preparation.ts';
import { DataSpec } from '../../../shared/spec/study.ts';
import type { Raw } from './draft.ts';

type Images = Pick<DatasetSummary, 'source' | 'paths' | 'available' | 'preparation' | 'leftOut'>;

const SAMPLE = 'sample';

const dataOf = ({ data }: Raw): Raw => (typeof data === 'object' && data !== null && !Array.isArray(data) ? (data as Raw) : {});

/** Whether the draft names images of its own, which the window does not go by. */
export const namesImages = (draft: Raw): boolean => 'path' in dataOf(draft);

/** Path of a data set for the terminal; null where there is none to tell. What is here and was read from no file is the sample. */
function pathOf({ source, paths, available }: Images): string | string[] | null {
  const [first, ...more] = paths;
  if (available && first !== undefined) return more.length === 0 ? first : paths;
  return available && source === null ? SAMPLE : null;
}

/** What a file says of a data set; null where it cannot name it. @param draft its limits stay where they say the same. */
export function dataInFile(draft: Raw, images: Images): Raw | null {
  const path = pathOf(images);
  if (path === null) return null;
  const { limitTrain, limitTest } = dataOf(draft);
  const { limits } = images.preparation;
  const as = { train: limitTrain === limits.train, test: limitTest === limits.test };
  const rest = { ...limits, train: as.train ? null : limits.train, test: as.test ? null : limits.test };
  const preparation = withoutDefaults(PreparationSpec, { ...images.preparation, limits: rest }) as Raw;
  return {
    path,
    ...(as.train && { limitTrain }),
    ...(as.test && { limitTest }),
    ...(Object.keys(preparation).length > 0 && { preparation }),
    ...(images.leftOut > 0 && { skipBad: true }),
  };
}

/** The draft as a file for the terminal. @param data null: it names no images. */
export function withData({ name, ...draft }: Raw, data: Raw | null): Raw {
  const rest = Object.fromEntries(Object.entries(draft).filter(([key]) => key !== 'data'));
  return { ...(name !== undefined && { name }), ...(data && { data }), ...rest };
}

/**
 * The draft without what names its images and prepares them, once chips show them. Limits stay: they are part of what makes two
 * studies the same.
 */
export function withoutImages(draft: Raw): Raw {
  const limits = Object.entries(dataOf(draft)).filter(([key]) => key === 'limitTrain' || key === 'limitTest');
  const rest = Object.fromEntries(Object.entries(draft).filter(([key]) => key !== 'data'));
  return limits.length === 0 ? rest : { ...draft, data: Object.fromEntries(limits) };
}

/** Which images a file means, of those that are here; null: it names none, or they cannot be told. */
export function imagesMeant<T extends Images>(
  draft: Raw,
  datasets: readonly T[],
): { known: T | null; likely: T | null; preparation: PreparationSpec } | null {
  const data = 'data' in draft ? DataSpec.safeParse(draft['data']).data : undefined;
  if (!data) return null;
  const { path, limitTrain, limitTest } = data;
  const asked = data.preparation ?? PreparationSpec.parse({});
  const limits = { ...asked.limits, train: limitTrain ?? asked.limits.train, test: limitTest ?? asked.limits.test };
  const preparation = { ...asked, limits };
  const wanted = JSON.stringify([path].flat());
  const there = datasets.filter((one) => JSON.stringify([pathOf(one)].flat()) === wanted);
  const told = (spec: PreparationSpec) => JSON.stringify(withoutDefaults(PreparationSpec, spec));
  return { known: there.find((one) => told(one.preparation) === told(preparation)) ?? null, likely: there[0] ?? null, preparation };
}

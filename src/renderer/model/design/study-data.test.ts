import { describe, expect, it } from 'vitest';
import { PreparationSpec } from '../../../shared/spec/preparation.ts';
import { StudySpec } from '../../../shared/spec/study.ts';
import { emptyDraft, type Raw } from './draft.ts';
import { dataInFile, imagesMeant, namesImages, withData, withoutImages } from './study-data.ts';

const images = (source: string | null, preparation: object = {}, change: object = {}) => ({
  ...{ source, paths: source === null ? [] : [source], available: true, leftOut: 0, preparation: PreparationSpec.parse(preparation) },
  ...change,
});
const limited = { limits: { train: 2000, test: 1000 } };

describe('the images of a study in its file', () => {
  it('are named with what was made of them, and nothing that is so by default', () => {
    expect(dataInFile(emptyDraft, images(null))).toEqual({ path: 'sample' });
    expect(dataInFile(emptyDraft, images('/data/cats.zip'))).toEqual({ path: '/data/cats.zip' });
    expect(dataInFile(emptyDraft, images(null, limited))).toEqual({ path: 'sample', preparation: limited });
    const grey = { colour: 'grey', limits: { perClass: 5 } };
    expect(dataInFile(emptyDraft, images('/a', grey, { leftOut: 2 }))).toEqual({ path: '/a', preparation: grey, skipBad: true });
  });

  it('keep limits where the draft has the same, which make it the same study', () => {
    const draft: Raw = { ...emptyDraft, data: { limitTrain: 2000, limitTest: 1000 } };
    expect(dataInFile(draft, images(null, limited))).toEqual({ path: 'sample', limitTrain: 2000, limitTest: 1000 });
    expect(dataInFile(draft, images(null)), 'of a chosen set without limits').toEqual({ path: 'sample' });
  });

  it('cannot be named where it is not known which files they are', () => {
    expect(dataInFile(emptyDraft, images('/data (3 files)', {}, { paths: [] }))).toBeNull();
    expect(dataInFile(emptyDraft, images(null, {}, { available: false }))).toBeNull();
    expect(withData({ ...emptyDraft, data: { limitTrain: 5 } }, null)).toEqual(emptyDraft);
  });

  it('are found again in the file, and leave the study as it was', () => {
    const sets = [images('/a'), images('/d (2 files)', {}, { paths: ['/d/x', '/d/y'] }), images(null), images(null, limited)];
    for (const set of sets) {
      const file = withData(emptyDraft, dataInFile(emptyDraft, set));
      expect(StudySpec.safeParse(file).success).toBe(true);
      expect(imagesMeant(file, sets)?.known).toBe(set);
      expect([namesImages(file), withoutImages(file)]).toEqual([true, emptyDraft]);
    }
    const preset: Raw = { ...emptyDraft, data: { path: 'sample', limitTrain: 2000, limitTest: 1000 } };
    expect(imagesMeant(preset, sets)?.known).toBe(sets[3]);
    expect(withoutImages(preset)).toEqual({ ...emptyDraft, data: { limitTrain: 2000, limitTest: 1000 } });
  });

  it('are prepared as the file says where only their source is here', () => {
    const sets = [images('/a'), images(null)];
    const meant = imagesMeant({ ...emptyDraft, data: { path: 'sample', limitTrain: 7 } }, sets);
    expect([meant?.known, meant?.likely, meant?.preparation.limits.train]).toEqual([null, sets[1], 7]);
    expect(imagesMeant({ ...emptyDraft, data: { path: '/b' } }, sets)).toMatchObject({ known: null, likely: null });
    expect(imagesMeant(emptyDraft, sets)).toBeNull();
  });
});

/** Where the images of data sets are kept, and how each data set is made from them. */
import { z } from 'zod';
import { PreparationSpec, Standardisation } from '../shared/spec/preparation.ts';
import { fromJson, readable, toJson } from './json.ts';
import type { Sql } from './sql.ts';

/** Something that its files leave open, and what was taken. */
export const DatasetReading = z.object({
  about: z.string(),
  taken: z.string(),
  options: z.array(z.object({ name: z.string(), label: z.string() })),
});

/** How a data set came about. */
export const Origin = z.object({
  preparation: PreparationSpec.prefault({}),
  standardisation: Standardisation.nullable().default(null),
  /** Files and folders that it was read from. */
  paths: z.array(z.string()).default([]),
  /** Fingerprint of the data set that it was made from; null when it was read from files. */
  base: z.string().nullable().default(null),
  format: z.string().nullable().default(null),
  leftOut: z.int().min(0).default(0),
  readings: z.array(DatasetReading).default([]),
});
export type Origin = z.infer<typeof Origin>;

export interface StoredImages {
  /** Fingerprint of the data set that is made. */
  dataset: string;
  /** File with the images as they were read, in the folder of data sets beside the database; null: the bundled sample. */
  file: string | null;
  recipe: Origin;
  /** Where it was read from. */
  source: string | null;
  bytes: number;
  trainPerClass: number[];
  testPerClass: number[];
  /** ISO 8601. */
  opened: string;
}

type Row = Omit<StoredImages, 'recipe' | 'trainPerClass' | 'testPerClass'> & {
  recipe: string;
  trainPerClass: string;
  testPerClass: string;
};

const columns = 'dataset, file, recipe, source, bytes, train_per_class AS trainPerClass, test_per_class AS testPerClass, opened';

const Counts = z.array(z.int().min(0));

const imagesOf = ({ recipe, trainPerClass, testPerClass, ...rest }: Row): StoredImages => ({
  ...rest,
  recipe: fromJson(Origin, recipe, `origin of data set ${rest.dataset}`),
  trainPerClass: fromJson(Counts, trainPerClass, `training images per class of data set ${rest.dataset}`),
  testPerClass: fromJson(Counts, testPerClass, `test images per class of data set ${rest.dataset}`),
});

export class Images {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  /** Without those that cannot be read: their images count as not here, and whoever asks for them hears why. */
  list(): StoredImages[] {
    return readable(this.#sql.all<Row>(`SELECT ${columns} FROM images ORDER BY opened DESC`), imagesOf, () => undefined);
  }

  find(dataset: string): StoredImages | null {
    const row = this.#sql.get(`SELECT ${columns} FROM images WHERE dataset = ?`, dataset) as Row | undefined;
    return row ? imagesOf(row) : null;
  }

  put({ recipe, trainPerClass, testPerClass, ...rest }: StoredImages): void {
    this.#sql.run(
      `INSERT OR REPLACE INTO images (dataset, file, recipe, source, bytes, train_per_class, test_per_class, opened)
       VALUES (@dataset, @file, @recipe, @source, @bytes, @trainPerClass, @testPerClass, @opened)`,
      { ...rest, recipe: toJson(recipe), trainPerClass: toJson(trainPerClass), testPerClass: toJson(testPerClass) },
    );
  }

  /** Forgets the images; the data set goes too unless a run refers to it. Answers the file that nothing needs any more. */
  remove(dataset: string): string | null {
    return this.#sql.atomically(() => {
      const file = this.find(dataset)?.file ?? null;
      this.#sql.run('DELETE FROM images WHERE dataset = @dataset', { dataset });
      this.#sql.run(
        `DELETE FROM datasets WHERE fingerprint = @dataset
           AND NOT EXISTS (SELECT 1 FROM runs WHERE runs.dataset = @dataset) AND NOT EXISTS (SELECT 1 FROM studies WHERE studies.dataset = @dataset)`,
        { dataset },
      );
      return file !== null && this.#sql.get('SELECT 1 FROM images WHERE file = ?', file) === undefined ? file : null;
    });
  }

  rename(dataset: string, name: string): void {
    this.#sql.run('UPDATE datasets SET name = @name WHERE fingerprint = @dataset', { dataset, name });
  }
}

/**
 * What is made of images before a network sees them: chosen once per data set, stored with it and with the weights
 * trained on it, and the same in training, testing and use.
 */
import { z } from 'zod';

const side = z.int().min(1).max(4096);

const divided = { title: 'Training and test images', description: 'How the images are divided.' };

/** How the images are divided: as the data say, or anew, each class in the same proportion. */
export const SplitSpec = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('own').meta({ ...divided, choices: { own: { label: 'as the data say' } } }) }),
  z.strictObject({
    kind: z.literal('fraction').meta({ ...divided, choices: { fraction: { label: 'drawn anew, each class in proportion' } } }),
    test: z.number().gt(0).lt(1).meta({
      title: 'Share for testing',
      description: 'Of all images.',
      slider: true,
      step: 0.05,
    }),
    seed: z.int().min(0).max(0xffff_ffff).default(1).meta({ title: 'Seed', description: 'What the division is drawn from.' }),
  }),
]);
export type SplitSpec = z.infer<typeof SplitSpec>;

const limit = z.int().min(1).nullable().default(null);
const noLimit = { choices: { null: { label: 'no limit' } } };

/** At most so many images; null: all. */
export const DatasetLimits = z.strictObject({
  train: limit.meta({
    ...noLimit,
    title: 'Training images at most',
    description: 'The first of each class in turn.',
  }),
  test: limit.meta({ ...noLimit, title: 'Test images at most', description: 'The same for test images.' }),
  perClass: limit.meta({
    ...noLimit,
    title: 'Per class at most',
    description: 'Images of each class, in training and in testing.',
  }),
});
export type DatasetLimits = z.infer<typeof DatasetLimits>;

export const ImageFit = z.enum(['stretch', 'crop', 'pad', 'centre']).meta({
  title: 'How',
  description: 'How an image becomes one of another size.',
  choices: {
    pad: { label: 'fit in, pad the rest', help: 'Resized until it fits, with background around it.' },
    crop: { label: 'cover, crop the rest', help: 'Resized until it covers; the rest is cut off around the centre.' },
    stretch: { label: 'stretch', help: 'Resized to it, whatever becomes of its proportions.' },
    centre: { label: 'keep the scale, crop or pad', help: 'Not resized; cut off and padded around the centre.' },
  },
});
export type ImageFit = z.infer<typeof ImageFit>;

export const ImageColour = z.enum(['own', 'grey', 'rgb']).meta({
  title: 'Colour',
  description: 'Images of mixed colours become RGB where they are left as they are.',
  choices: { own: { label: 'as they are' }, grey: { label: 'grey' }, rgb: { label: 'red, green, blue' } },
});
export type ImageColour = z.infer<typeof ImageColour>;

export const ImageBackground = z.enum(['black', 'white']).meta({
  title: 'Background',
  description: 'Where an image is transparent, and around a padded one.',
});
export type ImageBackground = z.infer<typeof ImageBackground>;

export const PreparationSpec = z.strictObject({
  size: z
    .strictObject({
      height: side.meta({ title: 'Height', description: 'Rows of pixels.', unit: 'pixels' }),
      width: side.meta({ title: 'Width', description: 'Pixels of a row.', unit: 'pixels' }),
    })
    .nullable()
    .default(null)
    .meta({
      title: 'Size',
      description:
        'Of all images, as `{"height": 32, "width": 32}`. Files of mixed sizes get their most common or median one, at most 96 pixels a side.',
      choices: { null: { label: 'as they are' } },
    }),
  fit: ImageFit.default('pad'),
  colour: ImageColour.default('own'),
  background: ImageBackground.default('black'),
  classes: z
    .array(z.string())
    .min(2, 'expected at least two classes')
    .nullable()
    .default(null)
    .meta({
      title: 'Classes',
      description: 'Names of the classes to keep, in the order that they get.',
      choices: { null: { label: 'all' } },
    }),
  split: SplitSpec.default({ kind: 'own' }).meta({
    title: 'Training and test images',
    description:
      'As the data say, or `{"kind": "fraction", "test": 0.2, "seed": 1}`: drawn anew, each class in proportion, which is also what data without test images get.',
  }),
  limits: DatasetLimits.prefault({}),
  reading: z.record(z.string().max(100), z.string().max(1000)).optional().meta({
    title: 'Readings',
    description:
      'What is taken where the files leave it open, as `{"orientation": "turned"}`; `capscope inspect` names the choices. Left out: the likelier ones.',
  }),
  standardise: z
    .boolean()
    .default(false)
    .meta({
      title: 'Values',
      description:
        'Standardised: every channel has mean 0 and standard deviation 1 over the training images. Reconstructions are compared in 0 to 1 either way.',
      choices: { false: { label: '0 to 1' }, true: { label: 'standardised per channel' } },
    }),
});
export type PreparationSpec = z.infer<typeof PreparationSpec>;

/** Images as they are. */
export const unprepared: PreparationSpec = PreparationSpec.parse({});

/** Of the training images' intensities in [0, 1], per channel. A network gets (intensity − mean) / deviation. */
export const Standardisation = z.strictObject({
  mean: z.array(z.number()).min(1),
  deviation: z.array(z.number().positive()).min(1),
});
export type Standardisation = z.infer<typeof Standardisation>;

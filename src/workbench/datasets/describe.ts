/** A preparation in a few words, for the names of data sets. Empty when nothing is done. */
import type { PreparationSpec } from '../../shared/spec/preparation.ts';

export function describePreparation({ size, colour, classes, split, limits, standardise, reading = {} }: PreparationSpec): string {
  const parts = [
    size ? `${size.height}×${size.width}` : '',
    colour === 'own' ? '' : colour === 'grey' ? 'grey' : 'RGB',
    classes ? `${classes.length} classes` : '',
    split.kind === 'fraction' ? `${Math.round(100 * split.test)} % for testing (seed ${split.seed})` : '',
    limits.train === null ? '' : `${limits.train} to train`,
    limits.test === null ? '' : `${limits.test} to test`,
    limits.perClass === null ? '' : `${limits.perClass} per class`,
    standardise ? 'standardised' : '',
    ...Object.entries(reading).map(([about, name]) => `${about} ${name}`),
  ];
  return parts.filter(Boolean).join(', ');
}

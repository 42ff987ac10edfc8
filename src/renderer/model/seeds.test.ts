import { expect, it } from 'vitest';
import { parseRatios, parseSeeds } from './seeds.ts';

it('reads single seeds and ranges, each once', () => expect(parseSeeds('1, 3-5 4')).toEqual([1, 3, 4, 5]));
it.each(['', 'x', '-1', '5-1', '1.5', '0-100', '4294967296'])('does not take %j for seeds', (text) => expect(parseSeeds(text)).toBeNull());
it('reads ratios and percentages', () => expect(parseRatios('0.3, 50 % 0.5')).toEqual([0.3, 0.5]));
it.each(['', '1', '-0.1', '120%', 'half'])('does not take %j for ratios', (text) => expect(parseRatios(text)).toBeNull());

/** What will become of a network before it is trained. */
import { z } from 'zod';
import type { NetworkForecast } from '../forecast/forecast.ts';
import { ProbeOptions } from '../forecast/probe.ts';
import { NetworkSpec } from '../spec/network.ts';
import { Fingerprint } from './common.ts';
import { method } from './method.ts';

export const forecastMethods = {
  /**
   * From the network with fresh weights on images of the data set, in a second or so. What follows from the spec alone, a page
   * has at once from forecast() of shared/forecast/. There is one such look at a time: a newer one ends the one before, which answers null.
   */
  forecast: method<NetworkForecast | null>()(
    z.strictObject({ network: NetworkSpec, dataset: Fingerprint, options: ProbeOptions.prefault({}) }),
  ),
};

import { measuredSpeed, probedSpeed, type Speed } from '../model/design/account.ts';
import { workbench } from './workbench.svelte.ts';

/** How fast this machine is: by runs that were long enough, else by the probe of the engine, else by short runs. Read it reactively. */
export const speedHere = (): Speed | null =>
  measuredSpeed(workbench.runs.values(), workbench.datasets) ??
  probedSpeed(workbench.engine?.imagesPerSecond) ??
  measuredSpeed(workbench.runs.values(), workbench.datasets, 0);

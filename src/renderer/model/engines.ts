/** Engines as choices in a list. */
import type { EngineInfo } from '../../shared/contract/index.ts';
import { engineNames, type Device, type EngineName } from '../../shared/engines.ts';

export interface EngineOption {
  value: EngineName | '';
  label: string;
  disabled?: boolean;
}

/** Says of an imitated card that it is one: its name does not tell people. */
export const deviceName = ({ kind, name }: Device): string => (kind === 'software' ? `${name} (imitated, slow)` : name);

/**
 * Those that have not been tried yet are offered as well, so that a choice made earlier is shown from the start.
 * @param unset label of the choice that leaves the engine open, whose value is ''.
 */
export function engineOptions(engines: readonly EngineInfo[], unset: string): EngineOption[] {
  const option = (name: EngineName): EngineOption => {
    const known = engines.find((one) => one.name === name);
    if (!known) return { value: name, label: name };
    return known.device
      ? { value: name, label: `${name}, ${deviceName(known.device)}` }
      : { value: name, label: `${name} (not available)`, disabled: true };
  };
  return [{ value: '', label: unset }, ...engineNames.map(option)];
}

/** Whether it is known that this engine does not work here. */
export const isUnavailable = (engines: readonly EngineInfo[], name: EngineName | null): boolean =>
  engines.some((one) => one.name === name && one.unavailable !== null);

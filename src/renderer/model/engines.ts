/** Engines as choices in a list. */
import type { EngineInfo } from '../../shared/contract/index.ts';
import type { EngineName } from '../../shared/engines.ts';

export interface EngineOption {
  value: EngineName | '';
  label: string;
  disabled?: boolean;
}

/** @param unset label of the choice that leaves the engine open, whose value is ''. */
export function engineOptions(engines: readonly EngineInfo[], unset: string): EngineOption[] {
  return [
    { value: '', label: unset },
    ...engines.map(({ name, device, unavailable }) => ({
      value: name,
      label: unavailable === null ? `${name}, ${device?.name ?? ''}` : `${name} (not available)`,
      disabled: unavailable !== null,
    })),
  ];
}

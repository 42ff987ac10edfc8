/** The kind of processor of this computer: runs of one kind round alike. */
import { cpus } from 'node:os';

export const processorHere = (): string => cpus()[0]?.model.trim() ?? process.arch;

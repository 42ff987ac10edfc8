/** A study as one self-contained HTML file: no request leaves it, and it reads the same from a disk, a mail or a printout. */
export type { ReportData, ReportRun } from './data.ts';

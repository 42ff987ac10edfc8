/**
 * What stands in a report's page in the place of the workbench: calls are answered from the data in it. To be imported before
 * anything that calls.
 */
import type { Bridge } from '../../shared/bridge.ts';
import type { Argument, Reply } from '../../shared/contract/index.ts';
import { reportElements, type ReportData } from '../../shared/report-data.ts';

async function read(): Promise<ReportData> {
  const text = document.getElementById(reportElements.data)?.textContent ?? '';
  const bytes = Uint8Array.from(atob(text.trim()), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
  return (await new Response(stream).json()) as ReportData;
}

export const reportData: Promise<ReportData> = read();

/** Milliseconds after which a file that was handed to the browser has been saved. */
const SAVED = 60_000;

function download({ name, content }: Argument<'files.save'>): Reply {
  const url = URL.createObjectURL(new Blob([content]));
  setTimeout(() => URL.revokeObjectURL(url), SAVED);
  return { ok: true, value: { status: 'download', url, name } };
}

async function answer(method: string, argument: unknown): Promise<Reply> {
  if (method === 'files.save') return download(argument as Argument<'files.save'>);
  if (method === 'runs.get') {
    const { ids } = argument as Argument<'runs.get'>;
    const { runs } = await reportData;
    return { ok: true, value: ids.flatMap((id) => runs.find(({ summary }) => summary.id === id) ?? []) };
  }
  return { ok: false, kind: 'input', message: 'a report holds what was measured, and nothing that could do this' };
}

const bridge: Bridge = { call: answer, listen: () => undefined, pathOf: () => '' };
window.workbench = bridge;

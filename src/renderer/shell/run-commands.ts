/** What can be done with the run that somebody is looking at, as the palette finds it: by what it does. */
import { save } from '../client/client.ts';
import { comparableWith } from '../model/pairs.ts';
import { archiveRuns, removeRuns, resumeRuns, saveAndSay, stopRun } from '../state/actions.ts';
import { comparison } from '../state/comparison.svelte.ts';
import { navigation } from '../state/navigation.svelte.ts';
import { runList } from '../state/run-list.svelte.ts';
import { runsView } from '../state/runs-view.svelte.ts';
import { workbench } from '../state/workbench.svelte.ts';
import type { Command } from './commands.ts';

/** The run that is shown, or the one that the list has chosen or stands on; null where there is no such one. */
function subject(): string | null {
  const { view, ids } = navigation.route;
  if (view === 'run' || view === 'prune') return ids[0] ?? (view === 'run' ? ([...workbench.runs.keys()].at(-1) ?? null) : null);
  if (view !== 'runs') return null;
  const line = runsView.lines.find(({ path }) => path === runsView.current);
  if (runsView.chosen.size === 1) return [...runsView.chosen][0]!;
  return runsView.chosen.size === 0 && line?.kind === 'run' ? line.row.run.id : null;
}

export function runCommands(): Command[] {
  const run = workbench.runs.get(subject() ?? '');
  if (!run) return [];
  const { id } = run;
  const called = `“${runList.nameOf(run)}”`;
  const finished = run.status === 'finished';
  const stopped = ['stopped', 'interrupted', 'failed'].includes(run.status);
  const running = run.status === 'running';
  // Only the process that has it can do something about it.
  const elsewhere = workbench.elsewhere(id) !== undefined;
  const command = (what: string, label: string, words: string[], act: () => unknown): Command => ({
    id: `run-${what}`,
    label: `${label} ${called}`,
    words: ['this run', ...words],
    run: () => void act(),
  });
  return [
    ...(finished ? [command('prune', 'Prune', ['cut', 'channels'], () => navigation.go('prune', [id]))] : []),
    command('compare', 'Compare with its twin:', ['side by side'], () => {
      comparison.set(comparableWith(run, workbench.runs));
      navigation.go('compare');
    }),
    command('again', 'Train a copy of', ['again', 'copy', 'repeat'], () => navigation.go('train', [id])),
    ...(running && !elsewhere ? [command('stop', 'Stop', ['end', 'cancel'], () => stopRun(id))] : []),
    ...(stopped && !elsewhere ? [command('resume', 'Resume', ['continue', 'go on'], () => resumeRuns([id]))] : []),
    ...(finished
      ? [
          command('export', 'Export run', ['save', 'file', 'capscope'], () => saveAndSay(() => save('runs.export', { id }))),
          command('weights', 'Export weights of', ['save', 'safetensors'], () => saveAndSay(() => save('runs.exportWeights', { id }))),
        ]
      : []),
    command('archive', run.archived ? 'Unarchive' : 'Archive', ['hide'], () => archiveRuns([id], !run.archived)),
    ...(running || elsewhere ? [] : [command('delete', 'Delete', ['remove', 'throw away'], () => removeRuns([id]))]),
  ];
}

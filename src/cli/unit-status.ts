/** How far units are, for people: counts, and those that somebody has to look at. */
import type { UnitState, UnitStatus } from '../scale/status.ts';
import { count } from '../shared/present/format.ts';
import { table } from './table.ts';

const order = ['finished', 'running', 'waiting', 'interrupted', 'failed'] as const satisfies UnitState[];

/** More are counted, not listed. */
const listed = 20;

export function statusLines(units: readonly UnitStatus[]): string {
  const counts = order.map((state) => [state, units.filter((unit) => unit.state === state).length] as const);
  const summary = counts.filter(([, n]) => n > 0).map(([state, n]) => `${count(n)} ${state}`);
  const shown = units.filter(
    ({ state, problem }) => state === 'running' || state === 'failed' || state === 'interrupted' || problem !== null,
  );
  const lines = [`${count(units.length)} units: ${summary.join(', ')}`];
  if (shown.length > 0) {
    const columns = [
      { head: 'unit' },
      { head: 'state' },
      { head: 'tries', align: 'right' as const },
      { head: 'epoch', align: 'right' as const },
      { head: 'problem' },
    ];
    const rows = shown
      .slice(0, listed)
      .map(({ i, state, tries, epoch, problem }) => [String(i), state, String(tries), epoch === null ? '' : String(epoch), problem ?? '']);
    lines.push('', table(columns, rows));
    if (shown.length > listed) lines.push(`and ${count(shown.length - listed)} more; --json lists all`);
  }
  return lines.join('\n');
}

/** A study as one self-contained HTML file: no request leaves it, and it reads the same from a disk, a mail or a printout. */
import { createHash } from 'node:crypto';
import type { ReportData } from './data.ts';
import { markup, raw } from './markup.ts';
import { viewRuns } from './runs.ts';
import { script } from './script.ts';
import { activity } from './sections/activity.ts';
import { classes } from './sections/classes.ts';
import { conclusion } from './sections/conclusion.ts';
import { curves } from './sections/curves.ts';
import { dynamics } from './sections/dynamics.ts';
import { header, runPicker } from './sections/facts.ts';
import { importance } from './sections/importance.ts';
import { method } from './sections/method.ts';
import { summary } from './sections/summary.ts';
import { styleSheet } from './style.ts';

export type { ReportData, ReportRun } from './data.ts';

const hash = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/**
 * The whole document. A report without runs, or with runs that have not got far, says what it has.
 * Nothing but its own style sheet and script can run in it: the policy names them by their hashes.
 */
export function renderReport(data: ReportData): string {
  const runs = viewRuns(data.runs);
  const css = styleSheet(runs);
  const policy = `default-src 'none'; img-src blob: data:; style-src ${hash(css)}; script-src ${hash(script)}; base-uri 'none'; form-action 'none'`;
  const body =
    runs.length === 0
      ? markup`<p>This study has no runs yet.</p>`
      : [
          conclusion(data.results, runs, data.dataset.test),
          runPicker(runs),
          summary(runs, data.dataset.fingerprint),
          activity(runs),
          curves(runs),
          importance(runs),
          dynamics(runs),
          classes(runs, data.dataset.classes),
        ];
  return markup`${raw('<!doctype html>')}
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="Capscope">
<title>${data.title} · Capscope</title>
<style>${raw(css)}</style>
</head>
<body>
<main>${header(data)}${body}${method(data)}</main>
<div id="tip" hidden></div>
<script>${raw(script)}</script>
</body>
</html>
`.text;
}

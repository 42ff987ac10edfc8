/** The style sheet of a report. Light and dark follow the reader's system; paper is always light. */
import { background } from '../shared/present/palette.ts';
import { likeClass, runClass, type RunView } from './runs.ts';

const page = `
:root {
  color-scheme: light dark;
  --text: light-dark(#1b2127, #e4e8ec);
  --muted: light-dark(#596471, #9ba6b2);
  --back: light-dark(${background.light}, ${background.dark});
  --panel: light-dark(#f4f6f8, #1c2229);
  --line: light-dark(#d9dfe5, #343d47);
  --grid: light-dark(#e6eaee, #29313a);
  --good: light-dark(#00684c, #2fc89b);
  --bad: light-dark(#a33d00, #ff9257);
  --accent: light-dark(#0063a0, #6cbcf0);
}
* { box-sizing: border-box; }
body { margin: 0; color: var(--text); background: var(--back); font: 15px/1.5 system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif; }
main { max-width: 1240px; margin: 0 auto; padding: 32px 32px 64px; }
h1, h2, h3, p, dl, dd, ol, ul, figure { margin: 0; }
h1 { font-size: 30px; line-height: 1.2; letter-spacing: -0.01em; }
section { scroll-margin-top: 60px; }
h2 { font-size: 21px; margin: 48px 0 12px; }
h3 { font-size: 15px; }
a { color: var(--accent); }
small, .note, figcaption p, .kind { color: var(--muted); font-size: 13px; }
.kind { margin-bottom: 4px; }
.note { max-width: 110ch; margin: 8px 0 16px; }
.hidden { position: absolute; clip-path: inset(50%); width: 1px; height: 1px; overflow: hidden; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }

.facts { display: grid; grid-template-columns: repeat(auto-fill, minmax(250px, 1fr)); gap: 10px 28px; margin-top: 20px; }
.facts dt { color: var(--muted); font-size: 12.5px; }
.facts dd { overflow-wrap: anywhere; }

.picker { position: sticky; top: 0; z-index: 2; margin: 24px -12px 0; padding: 8px 12px; background: var(--back); border-bottom: 1px solid var(--line); }
.picker ul { display: flex; flex-wrap: wrap; gap: 2px 18px; max-height: 91px; overflow-y: auto; padding: 0; list-style: none; font-size: 13.5px; }
.picker label { display: flex; align-items: center; gap: 7px; padding: 2px 0; cursor: pointer; }
.picker li:first-child button { margin-right: 6px; }
.picker input { margin: 0; accent-color: var(--accent); }
.picker li:has(input:not(:checked)) { color: var(--muted); text-decoration: line-through; }
.sample { width: 28px; height: 12px; overflow: visible; }

.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(230px, 1fr)); gap: 14px; margin-bottom: 22px; }
.tiles > div { padding: 14px 18px; border: 1px solid var(--line); border-radius: 8px; background: var(--panel); }
.tiles dt { color: var(--muted); font-size: 13px; }
.change { display: block; font-size: 16px; white-space: nowrap; }
.change strong { font-size: 24px; font-weight: 650; }
.by { color: var(--muted); font-size: 13px; }

.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: 13.5px; font-variant-numeric: tabular-nums; }
th, td { padding: 6px 12px; text-align: right; white-space: nowrap; border-bottom: 1px solid var(--line); }
th:first-child { padding-left: 4px; text-align: left; }
thead th { color: var(--muted); font-weight: 600; vertical-align: bottom; }
tbody th { font-weight: 500; }
.results { width: 100%; }
.results :is(th, td) { padding: 6px 9px; }
.results th:first-child { padding-left: 4px; }
.results tbody th { min-width: 230px; white-space: normal; }
.results tbody th:has(.swatch) { padding-left: 25px; text-indent: -21px; }
.results .difference :is(th, td) { color: var(--muted); font-size: 12.5px; padding-top: 3px; }
.results .difference th { padding-left: 25px; font-weight: 400; }
.results tr:has(+ .difference) :is(th, td) { border-bottom: 0; padding-bottom: 0; }
.conclusion { max-width: 110ch; margin-bottom: 20px; padding-left: 20px; }
.conclusion li { margin-bottom: 6px; }
.arms .network th { padding-top: 14px; font-weight: 600; }
.arms small { display: block; text-indent: 0; }
.better { color: var(--good); }
.worse { color: var(--bad); }
.swatch { display: inline-block; width: 11px; height: 11px; margin-right: 10px; border-radius: 3px; background: var(--run); }

.figures { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(460px, 100%), 1fr)); gap: 0 36px; margin-top: 16px; }
.figures > figure { display: grid; grid-template-rows: subgrid; grid-row: span 3; row-gap: 6px; min-width: 0; margin-bottom: 32px; }
.figures > figure > * { min-width: 0; }
.figures .wide { grid-column: 1 / -1; }
.wide figcaption { margin-bottom: 10px; }
.graphic svg { display: block; width: 100%; height: auto; }
.multiple .graphic, .matrices { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(250px, 100%), 1fr)); gap: 22px 28px; }
.matrices { grid-template-columns: repeat(auto-fill, minmax(min(340px, 100%), 1fr)); }
.tools { display: flex; gap: 12px; align-items: flex-start; justify-content: space-between; margin-top: 4px; color: var(--muted); font-size: 13px; }
.tools details { min-width: 0; }
.tools details[open] { flex: 1; }
.tools .scroll { max-height: 340px; overflow: auto; margin-top: 6px; color: var(--text); border: 1px solid var(--line); border-radius: 6px; }
.tools thead th { position: sticky; top: 0; background: var(--panel); }
.tools :is(th, td) { padding: 3px 12px; }
summary { cursor: pointer; width: fit-content; }
.save { white-space: nowrap; }
.save:not([hidden]) { display: flex; gap: 6px; }
button { padding: 2px 9px; color: var(--text); background: none; border: 1px solid var(--line); border-radius: 5px; font: inherit; font-size: 12px; cursor: pointer; }
button:hover { background: var(--panel); border-color: var(--muted); }
.fold { padding: 12px 16px; border: 1px solid var(--line); border-radius: 8px; }
.fold + .fold { margin-top: 12px; }
.fold > summary { font-weight: 600; font-size: 14px; }
.fold[open] > summary { margin-bottom: 16px; }
.prose { max-width: 80ch; }
.prose p { margin-bottom: 12px; }
.sources { margin-bottom: 20px; padding-left: 22px; font-size: 13.5px; }
pre { max-height: 480px; overflow: auto; margin: 0; font: 12.5px/1.5 ui-monospace, 'Cascadia Mono', Menlo, 'DejaVu Sans Mono', monospace; }

.correlations { display: flex; flex-wrap: wrap; gap: 14px 20px; }
.correlation { width: 164px; font-size: 12.5px; }
.correlation img { display: block; width: 164px; height: 164px; margin-bottom: 6px; image-rendering: pixelated; border: 1px solid var(--line); }
.correlation strong { display: block; }
svg text { fill: var(--text); font: 12px system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif; }
svg .small, svg .axis text { fill: var(--muted); font-size: 11.5px; font-variant-numeric: tabular-nums; }
svg .axis .title { fill: var(--text); font-size: 12px; }
svg .name { font-size: 13px; font-weight: 600; }
.grid { stroke: var(--grid); }
.base, .tick { stroke: var(--muted); }
.line { fill: none; stroke: var(--run); stroke-width: 2; stroke-dasharray: var(--dash); stroke-linejoin: round; }
.mark { fill: var(--run); stroke: var(--back); stroke-width: 0.8; }
.threshold { fill: none; stroke: var(--text); stroke-width: 1.5; stroke-dasharray: 4 3; }
svg rect.swatch { fill: var(--run); }
.cells rect, .cell-key { stroke: var(--back); stroke-width: 1; }
.cross { fill: none; stroke: #fff; stroke-width: 1.6; stroke-linecap: round; }
.cross.dark { stroke: #000; }
.bar { fill: var(--run); }
.bar.cut { fill: var(--line); stroke: var(--muted); stroke-width: 0.5; }
.shade { fill: var(--run); stroke: var(--line); stroke-width: 0.5; }
.confusion .count { fill: var(--text); }
.cursor { stroke: var(--muted); stroke-dasharray: 2 3; }

#tip { position: absolute; z-index: 3; pointer-events: none; max-width: 420px; padding: 7px 10px; color: var(--text); background: var(--panel); border: 1px solid var(--line); border-radius: 6px; font-size: 12.5px; font-variant-numeric: tabular-nums; box-shadow: 0 2px 10px rgb(0 0 0 / 20%); }
#tip:not([hidden]) { display: grid; grid-template-columns: auto auto; gap: 1px 14px; }
#tip b { grid-column: 1 / -1; }
#tip span:nth-of-type(even) { text-align: right; }

@media (max-width: 640px) { main { padding: 20px 16px 48px; } }
@page { size: landscape; margin: 12mm; }
@media print {
  :root { color-scheme: light; }
  body { font-size: 12px; }
  main { max-width: none; padding: 0; }
  .picker { position: static; }
  .picker input, .picker button, .tools { display: none; }
  .picker ul { max-height: none; }
  .scroll { overflow: visible; }
  .results { font-size: 11px; }
  .results :is(th, td) { padding: 3px 6px; }
  .results tbody th { min-width: 0; }
  h2, h3, .note, figcaption, summary { break-after: avoid; }
  .figures > figure, .tiles > div, tr, .graphic svg, .correlation, .confusion { break-inside: avoid; }
  .figures { grid-template-columns: 1fr 1fr; }
  .multiple .graphic { grid-template-columns: repeat(4, 1fr); }
  .matrices { grid-template-columns: repeat(3, 1fr); }
  .correlation, .correlation img { width: 120px; height: auto; }
  * { print-color-adjust: exact; }
}
`;

/** The page's style sheet with the looks of these runs: colour, dash, hiding when unticked, standing out when pointed at. */
export function styleSheet(runs: readonly RunView[]): string {
  const rules = runs.map((run) => {
    const name = runClass(run);
    const { colour, dash } = run.style;
    return `.${name} { --run: light-dark(${colour.light}, ${colour.dark}); --dash: ${dash || 'none'}; }
#chip-${run.index}, .${likeClass(run)} { --run: light-dark(${colour.light}, ${colour.dark}); }
main:has(#show-${run.index}:not(:checked)) .${name}:not(.picker *) { display: none; }
main:has(#chip-${run.index}:hover) .series:not(.${name}) { opacity: 0.13; }`;
  });
  return `${page}${rules.join('\n')}\n`;
}

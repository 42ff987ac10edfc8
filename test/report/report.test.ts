/** What is written into the page of a report. */
import { gunzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { reportPlaces, type ReportData } from '../../src/shared/report-data.ts';
import { reportPage } from '../../src/workbench/node-host.ts';
import { filledPage, reportData, reportHtml, shrink } from '../../src/workbench/report.ts';
import { finishTinyStudy, openStore, temporaryFolder } from '../store/fixtures.ts';
import { exampleReport } from './example.ts';

const template = `<title>${reportPlaces.title}</title><noscript>${reportPlaces.plain}</noscript><script id="data">${reportPlaces.data}</script>`;

function dataIn(html: Uint8Array): ReportData {
  const [, encoded] = /<script id="data">([^<]*)<\/script>/.exec(new TextDecoder().decode(html))!;
  return JSON.parse(gunzipSync(Buffer.from(encoded!, 'base64')).toString()) as ReportData;
}

it('holds the runs of a study, what they were cut from, and what they show', () => {
  const store = openStore(temporaryFolder());
  const [unpruned, source, pruned] = finishTinyStudy(store);
  const data = dataIn(reportHtml(store, template, { title: 'Tiny', runs: [unpruned, pruned], settings: { name: 'Tiny' } }));
  expect(data.results.runs.map(({ id, arm }) => [id, arm])).toEqual([
    [unpruned.id, 'unpruned'],
    [pruned.id, 'pruned'],
  ]);
  expect(data.records.map(({ id }) => id)).toEqual([unpruned.id, pruned.id]);
  expect(data.runs.map(({ summary }) => summary.id)).toEqual([unpruned.id, pruned.id, source.id]);
  const full = reportData(store, { title: 'Tiny', runs: [unpruned, pruned], settings: null }).runs[0]!;
  const [slim] = data.runs;
  expect(slim!.evaluation!.confusion).toEqual(full.evaluation!.confusion);
  expect(slim!.evaluation!.accuracy).toBeCloseTo(full.evaluation!.accuracy, 6);
  expect(slim!.epochs.map(({ test }) => test.activity.map(({ meanVector }) => meanVector))).toEqual(
    full.epochs.map(({ test }) => test.activity.map(({ meanVector }) => meanVector.map((value) => Number(value.toFixed(3))))),
  );
});

it('refuses runs on different data sets in one sentence', () => {
  const store = openStore(temporaryFolder());
  const [unpruned, , pruned] = finishTinyStudy(store);
  expect(() =>
    reportHtml(store, template, { title: 'Two', runs: [unpruned, { ...pruned, dataset: 'cd'.repeat(32) }], settings: null }),
  ).toThrow('a report needs runs on the same data set');
});

it('takes no name for markup, in the title or in what is read without scripts', () => {
  const html = new TextDecoder().decode(
    filledPage(template, exampleReport({ types: [8], dims: [4], depths: [2], seeds: 1 }, '<script>alert(1)</script> & $& "x"')),
  );
  expect(html).toContain('<title>&lt;script&gt;alert(1)&lt;/script&gt; &amp; $&amp; &quot;x&quot;</title>');
  expect(html.match(/<script/g)).toHaveLength(1);
});

it('is below 2 MB with a hundred runs, the page included, and refers to nothing outside', async () => {
  const data = exampleReport({ types: [8, 16], dims: [8], depths: [4, 6], seeds: 5 });
  expect(data.runs).toHaveLength(100);
  const html = filledPage(await reportPage(), data);
  expect(html.length).toBeLessThan(2_000_000);
  const text = new TextDecoder().decode(html);
  expect(text).toContain("default-src 'none'");
  expect(text).not.toMatch(/<(link|img|iframe)\b|<script[^>]* src=/);
  for (const place of Object.values(reportPlaces)) expect(text).not.toContain(place);
}, 120_000);

it('averages large matrices over blocks', () => {
  expect(
    shrink(
      [
        [1, 0.5, 0],
        [0.5, 1, 0],
        [0, 0, 1],
      ],
      2,
    ),
  ).toEqual([
    [0.75, 0],
    [0, 1],
  ]);
  expect(
    shrink(
      [
        [1, 0.2],
        [0.2, 1],
      ],
      8,
    ),
  ).toEqual([
    [1, 0.2],
    [0.2, 1],
  ]);
});

import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { exampleReport } from '../../test/report/example.ts';
import { renderReport } from './report.ts';

const page = renderReport(exampleReport());

/** Text of an element's content, tags left out. */
const text = (html: string): string => html.replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ');

describe('renderReport', () => {
  it('allows its own style sheet and script, by hash, and nothing else', () => {
    const policy = /Content-Security-Policy" content="([^"]+)"/.exec(page)![1]!.replaceAll('&#39;', "'");
    expect(policy).toMatch(/^default-src 'none';/);
    expect(policy).not.toMatch(/unsafe|https?:|\*/);
    for (const tag of ['style', 'script']) {
      const content = new RegExp(`<${tag}>([^]*?)</${tag}>`).exec(page)![1]!;
      expect(policy).toContain(`${tag}-src 'sha256-${createHash('sha256').update(content).digest('base64')}'`);
      expect(page.split(`<${tag}`)).toHaveLength(2);
    }
    expect(page).not.toMatch(/ style="| on[a-z]+="/);
  });

  it('refers to nothing outside itself but papers', () => {
    const links = [...page.replace(/<script>[^]*<\/script>/, '').matchAll(/(?:href|src|url)\s*[=(]\s*["']?([^"')\s>]+)/g)].map(
      ([, link]) => link!,
    );
    expect(links.length).toBeGreaterThan(0);
    for (const link of links) expect(link).toMatch(/^(https:\/\/arxiv\.org\/abs\/[\d.]+|data:image\/bmp;base64,.*)$/);
  });

  it('escapes names wherever they appear', () => {
    const evil = `"><img src=x onerror=alert(1)>'&`;
    const data = exampleReport(1, { title: evil });
    data.dataset = { ...data.dataset, name: evil, classes: data.dataset.classes.map(() => evil) };
    data.engine = evil;
    for (const run of data.runs) {
      run.record.name = evil;
      run.record.pruning &&= { ...run.record.pruning, criterion: evil };
      for (const layer of [...run.evaluation!.activity, ...run.record.inactive.perLayer]) layer.layer = evil;
    }
    expect(renderReport(data)).not.toContain('<img src=x');
  });

  it('shows the numbers of every run and the differences to the unpruned one', () => {
    const data = exampleReport();
    const [before, , after] = data.runs.map(({ record }) => record);
    Object.assign(before!, { params: 2_641_680, accuracy: 0.969, inactive: { ...before!.inactive, total: 21, of: 48 } });
    Object.assign(after!, { params: 660_420, accuracy: 0.973, inactive: { ...after!.inactive, total: 3, of: 24 } });
    const summary = text(/<section id="summary">([^]*?)<\/section>/.exec(renderReport(data))![1]!);
    for (const expected of ['2,641,680', '21 of 48 (43.8', '3 of 24 (12.5', '97.30', '+0.40', '−18, −31.3', '−75.0'])
      expect(summary).toContain(expected);
  });

  it('begins with what the study shows: its sentences and a row per arm, which no hidden run takes away', () => {
    const data = exampleReport();
    const html = renderReport(data);
    const section = /<section id="conclusion">([^]*?)<\/section>/.exec(html)![1]!;
    expect(html.indexOf('id="conclusion"')).toBeLessThan(html.indexOf('id="summary"'));
    for (const { text: sentence } of data.results.conclusion) expect(text(section)).toContain(text(sentence));
    expect(text(section)).toMatch(/unpruned The twin: .* 1 95\.40.% .*pruned The claim: .* pp, one seed/);
    expect(text(section)).toContain('2,000 test images');
    expect(section).not.toMatch(/class="[^"]*(run-\d|better|worse)/);
  });

  it('has a table behind every chart, and one id for each', () => {
    const figures = [...page.matchAll(/<figure id="([^"]+)"[^]*?<\/figure>/g)];
    expect(figures.length).toBeGreaterThanOrEqual(13);
    expect(new Set(figures.map(([, id]) => id)).size).toBe(figures.length);
    for (const [figure] of figures) expect(figure).toContain('<table>');
  });

  it('shows what there is of runs that have not got far', () => {
    const data = exampleReport();
    const [unpruned] = data.runs;
    const none = {
      ...unpruned!.record,
      status: 'failed' as const,
      accuracy: NaN,
      loss: NaN,
      inactive: { ...unpruned!.record.inactive, total: 0, of: 0, perLayer: [] },
    };
    data.runs = [{ ...unpruned!, record: none, epochs: [], evaluation: null, analysis: null }];
    const html = renderReport(data);
    expect(html).not.toMatch(/NaN|undefined|Infinity/);
    expect(html).toContain('failed');
    expect(renderReport({ ...data, runs: [] })).toContain('no runs yet');
  });

  it('copes with thirty runs in a file that can still be mailed', () => {
    const html = renderReport(exampleReport(28));
    expect(html).not.toMatch(/NaN|undefined|Infinity/);
    expect(html.length).toBeLessThan(5_000_000);
    expect([...html.matchAll(/id="show-\d+"/g)]).toHaveLength(30);
  });
});

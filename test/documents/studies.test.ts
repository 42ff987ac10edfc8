/** docs/studies.md says what study files may hold; its tables of settings are checked by settings.test.ts. */
import { expect, it } from 'vitest';
import { Arm } from '../../src/shared/spec/arms.ts';
import { PruningGrid, StudySpec } from '../../src/shared/spec/study.ts';
import { planStudy } from '../../src/shared/study-plan.ts';
import { codeIn, page, tableOf } from './pages.ts';

const studies = page('studies.md');
const example = () => StudySpec.parse(JSON.parse(/```json\n([^]*?)```/.exec(studies.text)![1]!));

it('names the fields that a grid may list', () => {
  const sentence = /In a grid, ([^;]*) may each be a list/.exec(studies.text)![1]!;
  expect(codeIn(sentence)).toEqual(Object.keys(PruningGrid.shape));
});

it('shows a study file that is one', () => {
  expect(planStudy(example()).length).toBeGreaterThan(0);
});

it('says of every arm what it rules out', () => {
  expect(tableOf(studies, 'arm').map(([arm]) => codeIn(arm!)[0])).toEqual(Arm.options);
});

it('says which arms run without being named', () => {
  const unnamed = Arm.options.filter((arm) => !example().arms.includes(arm));
  expect(unnamed).toHaveLength(1);
  expect(studies.text).toContain(`\`${unnamed[0]!}\` runs only if \`arms\` names it`);
});

import { describe, expect, it } from 'vitest';
import { givenLayouts, Layout, moved, nowhere, readKept, sortedBy, usualLayout, withColumn, withGrouping } from './runs-state.ts';

describe('what the list of runs remembers', () => {
  it('comes back as it was', () => {
    const layout = { ...usualLayout, filter: 'acc > 0.8', by: ['arm' as const], columns: [{ id: 'name', width: 30 }] };
    const place = { ...nowhere, chosen: ['a'], top: 300, brush: { x: [0, 1] as [number, number], y: [2, 3] as [number, number] } };
    const kept = { layout, place, saved: [{ name: 'mine', layout }] };
    expect(readKept(JSON.parse(JSON.stringify(kept)))).toEqual(kept);
  });
  it('is as usual where there is nothing, or what another version has kept', () => {
    for (const value of [
      null,
      7,
      { key: 'created', descending: true, tree: false },
      { layout: { ...usualLayout, columns: [{ id: 'gone', width: 5 }] } },
    ])
      expect(readKept(value)).toEqual({ layout: usualLayout, place: nowhere, saved: [] });
  });
  it('knows a column by the name that it once had', () => {
    const { layout } = readKept({ layout: { ...usualLayout, columns: [{ id: 'border', width: 5 }] } });
    expect(layout.columns).toEqual([{ id: 'critical', width: 5 }]);
  });
  it('loses no saved view to a neighbour that cannot be read', () =>
    expect(
      readKept({
        saved: [
          { name: 'bad', layout: {} },
          { name: 'good', layout: usualLayout },
        ],
      }).saved.map(({ name }) => name),
    ).toEqual(['good']));
  it('has views to begin with that can be kept', () => {
    for (const { layout, name } of givenLayouts) expect(Layout.safeParse(layout).success, name).toBe(true);
  });
});

describe('changing the layout', () => {
  it('sorts numbers from the largest down, names from the first up, and the other way round when asked again', () => {
    expect(sortedBy({ key: 'name', descending: false }, 'acc')).toEqual({ key: 'acc', descending: true });
    expect(sortedBy({ key: 'acc', descending: true }, 'acc')).toEqual({ key: 'acc', descending: false });
    expect(sortedBy({ key: 'acc', descending: true }, 'arm')).toEqual({ key: 'arm', descending: false });
  });
  it('adds groupings at the end and takes them away', () => {
    expect(withGrouping(['arm'], 'study')).toEqual(['arm', 'study']);
    expect(withGrouping(['arm', 'study'], 'arm')).toEqual(['study']);
  });
  it('moves columns, but never the name', () => {
    const columns = ['name', 'arm', 'acc'].map((id) => ({ id, width: 5 }));
    const ids = (changed: { id: string }[]) => changed.map(({ id }) => id).join(' ');
    expect(ids(moved(columns, 'acc', -1))).toBe('name acc arm');
    expect(ids(moved(columns, 'arm', -1))).toBe('name arm acc');
    expect(ids(moved(columns, 'acc', 1))).toBe('name arm acc');
    expect(ids(withColumn(columns, 'arm'))).toBe('name acc');
    expect(ids(withColumn(columns, 'name'))).toBe('name arm acc');
    expect(withColumn(columns, 'seed').at(-1)).toEqual({ id: 'seed', width: 3.75 });
  });
});

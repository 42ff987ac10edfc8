/** Lists of image files with their labels, perhaps with a column that says which are for training and which for testing. */
import { areOrIs, counted } from '../../counted.ts';
import { DatasetError, NoDataset } from '../../errors.ts';
import { splitsByLists } from '../../images/listed.ts';
import { imageFiles } from '../../images/pool.ts';
import type { Problem, RawDataset, RawSplit } from '../../raw.ts';
import { take, type Reading, type WantedReadings } from '../../readings.ts';
import { folderName, stem, type Source, type SourceFile } from '../../sources/source.ts';
import { leftForValidation, purposes as words, saidByNames, splitNames, splitsInNames, type SplitName } from '../../splits.ts';
import { shardOf } from '../arrays/shards.ts';
import { contentsOf, type Item } from '../contents.ts';
import { byName, classLabels, type Marks } from '../labels.ts';
import type { Reader, ReadOptions } from '../reader.ts';
import { columnsOf } from './columns.ts';
import type { Finder } from './finder.ts';
import { joinedTable, namesOfNumbers } from './joined.ts';
import { isSubmission, listingsOf, splitOfList, type Listing } from './listings.ts';
import type { Table, TableRow } from './rows.ts';
import { leftWithoutPart, type Purpose } from './split-column.ts';
import { tableOf } from './tables.ts';

/** So many missing files are named one by one. */
const maxNamed = 100;
/** Of so many lines one may have more or fewer columns, a name with a comma in it, say. */
const maxOdd = 10;

export const listingReader: Reader = {
  name: 'list of image files',
  kinds: ['text', 'image', 'json'],
  looksLike: async (source, options) => {
    const { listings, damaged } = await listingsOf(source, options);
    return damaged.length > 0 || listings.some(({ columns }) => columns > 1);
  },
  read: readListings,
};

const noLabel = 'lists images, but no column of it is their label; it is left out.';

interface Row {
  file: SourceFile;
  label: string;
  line: number;
  split: Purpose | undefined;
}

interface List {
  item: Item;
  rows: Row[];
  /** Of a list that says nothing else. */
  purposes?: ReadonlyMap<SourceFile, Purpose>;
}

async function readListings(source: Source, options: ReadOptions): Promise<RawDataset> {
  const { finder, listings, damaged } = await listingsOf(source, options);
  const [broken] = damaged;
  if (broken && !listings.some(({ columns }) => columns > 1)) throw new NoDataset(broken.item.file.label, broken.message);
  const problems: Problem[] = damaged.map(({ item, message }) => ({ file: null, message: `${item.file.path} is left out: ${message}.` }));
  const readings: Reading[] = [];
  const lists: List[] = [];
  const seen = new Set<SourceFile>();
  for (const listing of listings.filter(({ columns }) => columns > 1)) {
    const list = await readListing(listing, { source, finder, problems, readings, seen, options });
    if (list) lists.push(list);
  }
  const purposes = lists.flatMap((list) => list.purposes ?? []);
  const isAlone = lists.length > 0 && lists.every((list) => list.purposes);
  for (const { item, purposes: of } of lists)
    if (of)
      problems.push({
        file: null,
        message: `${item.file.path} ${isAlone ? noLabel : 'says which images are for training, validation and testing.'}`,
      });
  const chosen = oneDivision(chosenLists(lists, readings, options.reading), problems);
  assignParts(chosen, purposes, problems);
  if (purposes.length === 0) await assignLists(source, chosen, problems, options);
  assignFolders(chosen, problems);
  const splits = divide(chosen, problems);
  const train = splits.get('train') ?? splits.get('val') ?? splits.get('test');
  const test = [splits.get('test'), splits.get('val')].find((split) => split !== undefined && split !== train);
  const left = splits.get('val');
  if (left && left !== train && left !== test) problems.push({ file: null, message: leftForValidation(left.length) });
  if (!train) {
    const place = listings[0]!.item.file;
    const why = problems.find(({ file, message }) => file === null && message.startsWith(`${place.path} `));
    throw new NoDataset(
      place.label,
      why
        ? `it ${why.message.slice(place.path.length + 1).replace(/; it is left out\.$|\.$/, '')}; expected lines with an image file and its class`
        : 'none of the files that it lists is there with a label; expected lines with an image file and its label',
    );
  }
  const images = (await contentsOf(source, options)).items.filter(({ kind }) => kind === 'image').length;
  const listed = [...splits.values()].reduce((sum, rows) => sum + rows.length, 0);
  const named = train[0]!.item.file.label;
  if (!splits.has('train') && 2 * listed < images)
    throw new NoDataset(named, `it lists ${listed} of ${images} images, and none to train with`);
  const parts = test ? [train, test] : [train];
  const { labels, classes } = classLabels(parts.map(marksOf));
  const read = parts.map((rows, i): RawSplit => ({
    images: imageFiles(
      source,
      rows.map(({ file }) => file),
      options,
    ),
    labels: labels[i]!,
    from: { images: rows[0]!.item.file.label, labels: rows[0]!.item.file.label },
  }));
  if (seen.size < images)
    problems.push({
      file: null,
      message: `${counted(images - seen.size, 'image', 'are')} in no list with a label and ${areOrIs(images - seen.size)} left out.`,
    });
  return { name: source.name, ...(classes && { classes }), train: read[0]!, test: read[1] ?? null, problems, readings };
}

/** Of lists of the same images with other labels one is read: the likeliest has labels that other images have too, or the fewest classes. */
function chosenLists(lists: readonly List[], readings: Reading[], wanted: WantedReadings | undefined): List[] {
  const labelling = lists.filter((list) => !list.purposes);
  const groups: { labels: Map<SourceFile, string>; of: List[] }[] = [];
  for (const list of labelling) {
    const group = groups.find(({ labels }) => list.rows.length > 0.9 * labels.size && list.rows.every(({ file }) => labels.has(file)));
    if (group) group.of.push(list);
    else groups.push({ labels: new Map(list.rows.map(({ file, label }) => [file, label.trim()])), of: [list] });
  }
  const left = new Set<List>();
  for (const group of groups) {
    const rivals = group.of.filter((list) => classesOf(list).size > 1);
    const isSame = ({ rows }: List) => rows.every(({ file, label }) => group.labels.get(file) === label.trim());
    if (rivals.length < 2 || rivals.every(isSame)) continue;
    const elsewhere = new Set(groups.filter((one) => one !== group).flatMap(({ labels }) => [...labels.values()]));
    const isKnown = (list: List) => [...classesOf(list)].some((label) => elsewhere.has(label));
    rivals.sort((a, b) => Number(isKnown(b)) - Number(isKnown(a)) || classesOf(a).size - classesOf(b).size);
    const options = rivals.map((list) => ({
      name: list.item.file.path,
      label: `the ${classesOf(list).size} classes of ${list.item.file.path}`,
    }));
    const isWanted = options.some(({ name }) => name === wanted?.list);
    const reading = take('list', options, isWanted || groups.length === 1 ? wanted : undefined, group.of[0]!.item.file.label);
    if (!readings.some(({ about }) => about === 'list')) readings.push(reading);
    for (const list of rivals) if (list.item.file.path !== reading.taken) left.add(list);
  }
  return labelling.filter((list) => !left.has(list));
}

const classesOf = ({ rows }: List): Set<string> => new Set(rows.map(({ label }) => label.trim()));

/** Gives images the parts that other lists say, and leaves out those that have none although the lists name images to train with. */
function assignParts(lists: readonly List[], purposes: readonly ReadonlyMap<SourceFile, Purpose>[], problems: Problem[]): void {
  const isWhole = purposes.some((of) => new Set(of.values()).has('train'));
  let unlisted = 0;
  for (const list of lists) {
    for (const row of list.rows)
      if (row.split === undefined) {
        row.split = purposes.map((of) => of.get(row.file)).find(Boolean);
        if (row.split !== undefined || !isWhole || splitOfList(list.item.file.path) !== undefined) continue;
        row.split = 'none';
        unlisted++;
      }
    list.rows = list.rows.filter(({ split }) => split !== 'none');
  }
  if (unlisted > 0)
    problems.push({
      file: null,
      message: `${counted(unlisted, 'image', 'are')} not in the list of parts, which names others for training, and ${areOrIs(unlisted)} left out.`,
    });
}

/** Of divisions that contradict each other, fold-1/train.csv and fold-1/test.csv and so on, the first is taken. */
function oneDivision(lists: List[], problems: Problem[]): List[] {
  const divided = lists.filter(({ item }) => splitOfList(item.file.path) !== undefined);
  const divisions = [...Map.groupBy(divided, ({ item }) => shardOf(item.file.path).numbers)].sort(([a], [b]) => byName(a, b));
  const partsOf = (of: readonly List[]) => {
    const parts = new Map<SourceFile, Set<SplitName>>();
    for (const { item, rows } of of)
      for (const { file } of rows) parts.set(file, (parts.get(file) ?? new Set()).add(splitOfList(item.file.path)!));
    return parts;
  };
  const isClear = (of: readonly List[]) => [...partsOf(of).values()].every(({ size }) => size === 1);
  const isWhole = (of: readonly List[]) => isClear(of) && new Set(of.map(({ item }) => splitOfList(item.file.path))).size > 1;
  if (divisions.length < 2 || !divisions.every(([, of]) => isWhole(of)) || isClear(divided)) return lists;
  const [[, taken]] = divisions as [[string, List[]]];
  const names = taken.map(({ item }) => item.file.path).join(', ');
  problems.push({ file: null, message: `Of ${divisions.length} divisions in lists, that of ${names} is taken.` });
  return lists.filter((list) => !divided.includes(list) || taken.includes(list));
}

const isUndivided = (lists: readonly List[]): boolean =>
  lists.every(({ item, rows }) => splitOfList(item.file.path) === undefined && rows.every(({ split }) => split === undefined));

/** Where the lists of labels do not say what images are for, lists of files alone may. */
async function assignLists(source: Source, lists: readonly List[], problems: Problem[], options: ReadOptions): Promise<void> {
  if (!isUndivided(lists)) return;
  const rows = lists.flatMap((list) => list.rows);
  const found = await splitsByLists(source, new Set(rows.map(({ file }) => file)), options);
  if (!found || found.isWhole) return;
  for (const message of found.notes) problems.push({ file: null, message });
  const parts = new Set(found.splits.values());
  const [only] = parts;
  const rest: Purpose = parts.size > 1 ? 'none' : only === 'train' ? 'test' : 'train';
  let unlisted = 0;
  for (const list of lists) {
    for (const row of list.rows) {
      row.split = found.splits.get(row.file) ?? rest;
      if (!found.splits.has(row.file)) unlisted++;
    }
    list.rows = list.rows.filter(({ split }) => split !== 'none');
  }
  const others = rest === 'none' ? 'left out' : `for ${words[rest]}`;
  problems.push({
    file: null,
    message: `Lists of files, such as ${found.places[0]!}, say which images are for training and which for testing${unlisted > 0 ? `; ${counted(unlisted, 'image')} in none of them ${areOrIs(unlisted)} ${others}` : ''}.`,
  });
}

/** Where no list says what images are for, their folders may. */
function assignFolders(lists: readonly List[], problems: Problem[]): void {
  const rows = lists.flatMap((list) => list.rows);
  if (!isUndivided(lists)) return;
  const foldersOf = ({ file }: Row) => folderName(file.path).split('/').reverse();
  const names = [...new Set(rows.flatMap(foldersOf))];
  const splits = splitNames(names);
  const known = new Map(names.flatMap((name, i) => (splits[i] ? [[name, splits[i]] as const] : [])));
  const parts = rows.map((row) => known.get(foldersOf(row).find((name) => known.has(name)) ?? ''));
  const isForTraining = (part: SplitName | undefined) => part === undefined || part === 'train';
  if (parts.every(isForTraining)) assignNames(rows, problems);
  if (parts.every(isForTraining) || !parts.some(isForTraining)) return;
  for (const [i, row] of rows.entries()) row.split = parts[i] ?? 'train';
  problems.push({ file: null, message: 'The folders of the listed images say which are for training and which for testing.' });
}

function assignNames(rows: readonly Row[], problems: Problem[]): void {
  const splits = splitsInNames(rows.map(({ file, label }) => ({ name: stem(file.path), className: label.trim() })));
  for (const [i, split] of splits?.entries() ?? []) rows[i]!.split = split;
  if (splits) problems.push({ file: null, message: saidByNames(rows[splits.lastIndexOf('train')]!.file.path, 'train') });
}

type Placed = Row & { item: Item };

/** Puts every image into its part. A list of everything is not needed beside those of its parts. */
function divide(lists: readonly List[], problems: Problem[]): Map<SplitName, Placed[]> {
  const splits = new Map<SplitName, Placed[]>();
  const listed = new Map<SourceFile, { split: SplitName; item: Item }>();
  const known = lists.map(({ item, rows }) => ({ item, rows, named: splitOfList(item.file.path) }));
  const explicit = known.filter(({ named, rows }) => named !== undefined || rows.some(({ split }) => split !== undefined));
  const trains = explicit.some(({ named, rows }) => rows.some(({ split }) => (split ?? named) === 'train'));
  for (const { item, rows, named } of [...explicit, ...known.filter((one) => !explicit.includes(one))]) {
    const isExplicit = explicit.some((one) => one.item === item);
    let [again, others] = [0, 0];
    for (const row of rows) {
      const split = row.split && row.split !== 'none' ? row.split : (named ?? 'train');
      const before = listed.get(row.file);
      if (before && before.item !== item) {
        if (isExplicit && before.split !== split)
          throw new DatasetError(
            item.file.label,
            `it lists ${row.file.path} for ${words[split]}, which ${before.item.file.label} lists for ${words[before.split]}; expected each image in one of them`,
          );
        again++;
        continue;
      }
      // A table of what the classes look like, with a picture of each, has none to train with.
      if (!isExplicit && trains) {
        others++;
        continue;
      }
      listed.set(row.file, { split, item });
      const own = splits.get(split) ?? [];
      splits.set(split, own);
      own.push({ ...row, item });
    }
    if (others > 0)
      problems.push({
        file: null,
        message: `${counted(others, 'image')} in ${item.file.path} ${areOrIs(others)} in none of the lists for training and testing and ${areOrIs(others)} left out.`,
      });
    if (again > 0 && isExplicit)
      problems.push({
        file: null,
        message: `${counted(again, 'image')} in ${item.file.path} ${areOrIs(again)} in another list too; the first one counts.`,
      });
  }
  return splits;
}

const marksOf = (rows: readonly Placed[]): Marks => ({
  values: rows.map(({ label }) => label),
  place: rows[0]!.item.file.label,
  at: (i) => `the label in ${rows[i]!.item.kind === 'json' ? 'entry' : 'line'} ${rows[i]!.line}`,
});

interface Context {
  source: Source;
  finder: Finder;
  problems: Problem[];
  readings: Reading[];
  /** Images that a list of labels names. */
  seen: Set<SourceFile>;
  options: ReadOptions;
}

async function readListing(
  { item, pathColumn, hasHeader }: Listing,
  { source, finder, problems, readings, seen, options }: Context,
): Promise<List | undefined> {
  const place = item.file.label;
  const say = (message: string) => problems.push({ file: null, message: `${item.file.path} ${message}` });
  if (isSubmission(item.file.path)) return void say('is a form for submissions, whose labels mean nothing, and is left out.');
  const own = labelsWithBlanks(await tableOf(item, hasHeader, options), pathColumn);
  const width = own.rows[0]?.fields.length ?? 0;
  const odd = own.rows.filter(({ fields }) => fields.length !== width);
  const sayOdd = ({ line, fields }: TableRow) => `line ${line} has ${fields.length} columns; expected ${width}`;
  if (maxOdd * odd.length > own.rows.length) throw new DatasetError(place, sayOdd(odd[0]!));
  for (const row of odd.slice(0, maxNamed)) problems.push({ file: place, message: sayOdd(row) });
  if (odd.length > maxNamed)
    problems.push({ file: place, message: `${counted(odd.length - maxNamed, 'more line', 'have')} more or fewer columns` });
  const even = odd.length === 0 ? own : { ...own, rows: own.rows.filter(({ fields }) => fields.length === width) };
  const joined = await joinedTable(source, item.file.path, even, pathColumn, options);
  const table = joined ?? even;
  const columns = columnsOf(table, pathColumn, { place, wanted: options.reading });
  const { labelOf, split } = columns;
  if (!labelOf && !split) return void say(noLabel);
  if (columns.reading) {
    const known = readings.findIndex(({ about }) => about === 'column');
    if (known < 0) readings.push(columns.reading);
    else if (columns.reading.taken === options.reading?.column) readings[known] = columns.reading;
  }
  const rows: Row[] = [];
  const without: (string | undefined)[] = [];
  let missing = 0;
  for (const { fields, line } of table.rows) {
    const file = finder.find(fields[pathColumn]!, folderName(item.file.path), splitOfList(item.file.path));
    if (!file) {
      if (++missing <= maxNamed)
        problems.push({ file: place, message: `line ${line} names ${fields[pathColumn]!.slice(0, 200)}, which is not among the images` });
      continue;
    }
    const purpose = split?.of(fields[split.column]);
    if (purpose === 'none') without.push(fields[split!.column]);
    rows.push({ file, label: labelOf?.(fields) ?? '', line, split: purpose });
  }
  const column = table.header ? `the column ${table.header[split?.column ?? 0]!.trim()}` : `column ${(split?.column ?? 0) + 1}`;
  for (const message of leftWithoutPart(without, 'image', { place: item.file.path, column })) problems.push({ file: null, message });
  if (missing > maxNamed)
    problems.push({ file: place, message: `${counted(missing - maxNamed, 'more line', 'name')} files that are not among the images` });
  if (!labelOf) {
    return { item, rows: [], purposes: new Map(rows.map((row) => [row.file, row.split!])) };
  }
  const numbers = joined && new Set(rows.map(({ label }) => label.trim()));
  const names = numbers && (await namesOfNumbers(source, item.file.path, numbers, options));
  for (const row of names ? rows : []) row.label = names!.get(row.label.trim())!;
  for (const { file } of rows) seen.add(file);
  const used = rows.filter((row) => row.split !== 'none');
  return { item, rows: oneLabelEach(oneRowEach(used, say), say) };
}

/** "1025794 A300 B4": where blanks divide the columns and lines have more or fewer of them, all behind the image is its label. */
function labelsWithBlanks(table: Table, pathColumn: number): Table {
  const widths = new Set(table.rows.map(({ fields }) => fields.length));
  if (!table.blanks || table.header || pathColumn !== 0 || widths.size === 1 || widths.has(1)) return table;
  return { ...table, rows: table.rows.map(({ fields: [file, ...label], line }) => ({ fields: [file!, label.join(' ')], line })) };
}

/** An image that is listed twice would be both in training and in testing where these are drawn by chance. */
function oneRowEach(rows: readonly Row[], say: (message: string) => void): Row[] {
  const first = new Map<SourceFile, Row>();
  const contradictory = new Set<SourceFile>();
  let again = 0;
  for (const row of rows) {
    const before = first.get(row.file);
    if (!before) first.set(row.file, row);
    else if (before.label.trim() === row.label.trim()) again++;
    else contradictory.add(row.file);
  }
  if (again > 0) say(`lists images more than once, in ${counted(again, 'line')} too many, left out.`);
  if (contradictory.size > 0)
    say(
      `gives ${counted(contradictory.size, 'image')} different labels, such as ${[...contradictory][0]!.path}, which ${areOrIs(contradictory.size)} left out.`,
    );
  return [...first.values()].filter(({ file }) => !contradictory.has(file));
}

/** "Mass|Nodule" where "Mass" is a class of its own: an image of several classes, which no class of its own is. */
function oneLabelEach(rows: Row[], say: (message: string) => void): Row[] {
  const labels = new Set(rows.map(({ label }) => label.trim()));
  const isSeveral = (label: string) => /[|;]/.test(label) && label.split(/[|;]/).some((part) => labels.has(part.trim()));
  const rest = rows.filter(({ label }) => !isSeveral(label) && label.trim() !== '');
  const several = rows.filter(({ label }) => isSeveral(label)).length;
  const empty = rows.length - rest.length - several;
  if (several > 0)
    say(
      `gives ${counted(several, 'image')} several labels, such as ${rows.find(({ label }) => isSeveral(label))!.label}, which ${areOrIs(several)} left out.`,
    );
  if (empty > 0 && rest.length > 0) say(`gives ${counted(empty, 'image')} no label, which ${areOrIs(empty)} left out.`);
  return empty === rows.length ? rows : rest;
}

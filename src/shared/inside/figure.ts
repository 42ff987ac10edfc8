/** One image in a network as a figure: maps of all capsules, what flows between them, the strongest path, class lengths. */
import { interpolateCividis } from 'd3-scale-chromatic';
import { colours } from '../present/palette.ts';
import { layerName } from '../present/layer-name.ts';
import { percent, real } from '../present/format.ts';
import { decidedBetween, LEAST, lengthScale } from './scale.ts';
import { shownClasses } from './shown-classes.ts';
import type { LayerLook, Look } from './look.ts';
import { strongestPath } from './strongest-path.ts';

export interface FigureOf {
  look: Look;
  title: string;
  /** Names. */
  classes: readonly string[];
}

const MAP = 44;
const ROW = 62;
const COLUMN = 132;
const TOP = 64;
const LEFT = 16;
/** Where there are more classes than types in any layer, the longest ones. */
const LEAST_CLASSES = 12;
/** About as wide as a letter of the title. */
const TITLE_LETTER = 7.5;
/** Of its layer's largest, below which an edge is not drawn. */
const LEAST_EDGE = 0.4;
const ink = '#1b2229';
const faint = '#5f6b76';
const edge = '#98a3ae';

/** A complete SVG document, by the couplings of the last iteration. */
export function lookFigure({ look, title, classes }: FigureOf): string {
  const { layers, routing, paths, longest } = look;
  const step = paths.length - 1;
  const last = layers.length - 1;
  const inner = layers.slice(0, -1).map(({ types }) => types);
  const shown = shownClasses(layers[last]!.lengths, Math.max(LEAST_CLASSES, ...inner), longest.slice(0, 1));
  const rows = Math.max(...inner, shown.length);
  const width = Math.max(LEFT + last * COLUMN + 150, 2 * LEFT + TITLE_LETTER * title.length);
  const height = TOP + rows * ROW + 16;
  // Where nothing arrives there is no strongest of anything.
  const onPath = new Map(
    strongestPath(look, step).flatMap(({ layer, type, length }) => (layer === last || length > LEAST ? [[layer, type]] : [])),
  );
  const x = (l: number) => LEFT + l * COLUMN;
  /** Null: a class that is not shown. */
  const y = (l: number, type: number): number | null => {
    const [row, among] = l === last ? [shown.indexOf(type), shown.length] : [type, inner[l]!];
    return row < 0 ? null : TOP + ((row + 0.5) * rows * ROW) / among - MAP / 2;
  };

  /** Drawn over all others. */
  const strongestEdges: string[] = [];
  const edges = routing.flatMap(({ from, to, flow, iterations }, l) => {
    const of = Math.min(step, iterations - 1) * from * to;
    const most = flow.subarray(of, of + from * to).reduce((largest, one) => Math.max(largest, one), Number.MIN_VALUE);
    return Array.from({ length: from * to }, (_, i) => {
      const [a, b] = [Math.floor(i / to), i % to];
      const [top, end] = [y(l, a), y(l + 1, b)];
      const share = flow[of + i]! / most;
      const strongest = onPath.get(l) === a && onPath.get(l + 1) === b;
      if (top === null || end === null || (share < LEAST_EDGE && !strongest)) return '';
      const [x0, x1, y0, y1] = [x(l) + MAP, x(l + 1), top + MAP / 2, end + MAP / 2];
      const bend = (x1 - x0) / 2;
      const [stroke, strokeWidth, opacity] = strongest ? [colours[1]!.light, 4, 1] : [edge, 2.5 * share, 0.1 + 0.4 * share];
      const drawn = `<path d="M${x0} ${n(y0)}C${x0 + bend} ${n(y0)} ${x1 - bend} ${n(y1)} ${x1} ${n(y1)}" fill="none" stroke="${stroke}" stroke-width="${n(strokeWidth)}" opacity="${n(opacity)}"/>`;
      if (!strongest) return drawn;
      strongestEdges.push(drawn);
      return '';
    });
  });
  const columns = layers.map((layer, l) => {
    const { of, log } = lengthScale(layer);
    const mean = layer.lengths.reduce((sum, length) => sum + length, 0) / layer.lengths.length;
    const about = shown.length < layer.types ? `${shown.length} longest of ${layer.types}` : 'length';
    const heads = [
      `<text x="${x(l)}" y="${TOP - 26}" font-weight="600">${layerName(layer.layer)}</text>`,
      `<text x="${x(l)}" y="${TOP - 12}" fill="${faint}">${l === last ? about : real(mean, 2)}${log ? ', log' : ''}</text>`,
    ];
    const decided =
      l === 0 ? '' : decidedBar(x(l) - 44, TOP - 34, decidedBetween(routing[l - 1]!, step), decidedBetween(routing[l - 1]!, 0));
    const marks = Array.from({ length: layer.types }, (_, type) => {
      const top = y(l, type);
      if (top === null) return '';
      const framed = onPath.get(l) === type && (l < last || longest.length === 1);
      return l === last
        ? classMark(x(l), top, classes[type] ?? String(type), layer.lengths[type]!, of, framed)
        : map(layer, type, x(l), top, of, framed);
    });
    return [...heads, decided, ...marks].join('');
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="11" fill="${ink}">`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    `<text x="${LEFT}" y="20" font-size="13" font-weight="600">${escaped(title)}</text>`,
    ...edges.flat(),
    ...strongestEdges,
    ...columns,
    '</svg>\n',
  ].join('');
}

function map(
  { height, width, types, lengths }: LayerLook,
  type: number,
  x: number,
  y: number,
  of: (length: number) => number,
  framed: boolean,
): string {
  const [tall, wide] = [MAP / height, MAP / width];
  const cells = Array.from({ length: height * width }, (_, cell) => {
    const [row, column] = [Math.floor(cell / width), cell % width];
    const fill = interpolateCividis(of(lengths[cell * types + type]!));
    return `<rect x="${n(x + column * wide)}" y="${n(y + row * tall)}" width="${n(wide)}" height="${n(tall)}" fill="${fill}"/>`;
  });
  const frame = framed
    ? `<rect x="${x - 1}" y="${n(y - 1)}" width="${MAP + 2}" height="${MAP + 2}" fill="none" stroke="${colours[1]!.light}" stroke-width="2"/>`
    : '';
  return `<g shape-rendering="crispEdges">${cells.join('')}</g>${frame}<text x="${x + MAP / 2}" y="${n(y + MAP + 11)}" text-anchor="middle" fill="${faint}">${type}</text>`;
}

function classMark(x: number, y: number, name: string, length: number, of: (length: number) => number, framed: boolean): string {
  const middle = y + MAP / 2;
  const [weight, fill] = framed ? ['600', colours[1]!.light] : ['400', ink];
  return [
    `<rect x="${x}" y="${n(middle - 5)}" width="60" height="10" fill="#e8ebef"/>`,
    `<rect x="${x}" y="${n(middle - 5)}" width="${n(60 * of(length))}" height="10" fill="${interpolateCividis(of(length))}"/>`,
    `<text x="${x + 66}" y="${n(middle + 4)}" font-weight="${weight}" fill="${fill}">${escaped(name)} ${real(length, 2)}</text>`,
  ].join('');
}

function decidedBar(x: number, y: number, decided: number, first: number): string {
  return [
    `<text x="${x}" y="${y + 8}" fill="${faint}">${percent(decided, 0)}</text>`,
    `<rect x="${x}" y="${y + 14}" width="36" height="5" fill="#e8ebef"/>`,
    `<rect x="${x}" y="${y + 14}" width="${n(36 * decided)}" height="5" fill="${colours[0]!.light}"/>`,
    `<rect x="${n(x + 36 * first)}" y="${y + 12}" width="1" height="9" fill="${ink}"/>`,
  ].join('');
}

const n = (value: number): string => String(Math.round(value * 100) / 100);

/** XML has no way to write control characters. */
const escaped = (text: string): string => text.replace(/\p{Cc}/gu, ' ').replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);

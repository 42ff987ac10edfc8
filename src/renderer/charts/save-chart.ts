/** Charts and drawings as files. A chart is drawn again for the file, so that its size does not depend on the window's. */
import { BasicPlatform, type ChartConfiguration, type ChartOptions } from 'chart.js';
import Papa from 'papaparse';
import { Element as SvgCanvas } from 'svgcanvas/dist/svgcanvas.esm.js';
import { fileName } from '../../shared/present/file-name.ts';
import { saveFile } from '../state/actions.ts';
import type { DrawnRun } from '../model/run-styles.ts';
import { fontFamily, type Look } from './look.ts';
import { Chart } from './setup.ts';

const WIDTH = 960;
const HEIGHT = 540;
/** Pixels of a picture per unit of the drawing. */
const DENSITY = 2;

/** As papers print figures: in one column, or across the page. In millimetres. */
export const widths = {
  column: { label: 'one column (85 mm)', millimetres: 85 },
  page: { label: 'page width (178 mm)', millimetres: 178 },
} as const;
export type Width = keyof typeof widths;

/** CSS pixels. */
const pixels = (width: Width) => Math.round((widths[width].millimetres / 25.4) * 96);
/** For print, 600 dots per inch. */
const PRINTED = 600 / 96;

export const saveCsv = (title: string, rows: (string | number)[][]) =>
  saveFile(`${fileName(title)}.csv`, Papa.unparse(rows, { newline: '\n' }));

/** @param look colours of the page that it is saved from; @param printed for a paper, which has the title in its caption */
export async function saveChart(
  kind: 'png' | 'svg',
  title: string,
  configuration: ChartConfiguration,
  look: Look,
  printed?: Width,
): Promise<void> {
  const [width, height] = printed ? [pixels(printed), Math.round(pixels(printed) * 0.7)] : [WIDTH, HEIGHT];
  const plugins: ChartOptions['plugins'] = {
    ...configuration.options?.plugins,
    // A file has nothing around it that says what it shows.
    title: { display: !printed, text: title, align: 'start', color: look.text, font: { size: 15, weight: 'bold' } },
    legend: {
      display: true,
      align: 'start',
      labels: { usePointStyle: true, color: look.text, boxHeight: 7, filter: ({ text }) => text !== '' },
    },
    tooltip: { enabled: false },
  };
  const own = configuration.options?.layout?.padding;
  // What the chart keeps free at its right is for the names of its lines.
  const right = typeof own === 'object' && 'right' in own ? (own.right ?? 0) : 0;
  const margin = printed ? { top: 4, right: 4, bottom: 4, left: 4 } : { top: 12, right: 32, bottom: 12, left: 16 };
  const options = {
    ...configuration.options,
    // The zoom plugin listens to the canvas, and one that writes SVG hears nothing.
    plugins: { ...plugins, zoom: false as unknown as object },
    layout: { padding: { ...margin, right: Math.max(margin.right, right) } },
    responsive: false,
    animation: false as const,
    events: [],
  };
  const behind = {
    id: 'behind',
    beforeDraw: ({ ctx, width, height }: { ctx: CanvasRenderingContext2D; width: number; height: number }) => {
      ctx.fillStyle = look.back;
      ctx.fillRect(0, 0, width, height);
    },
  };
  // With per-segment options, empty ones too, Chart.js draws lines without Path2D, which svgcanvas does not know.
  const datasets = configuration.data.datasets.map((dataset) => ({ ...dataset, segment: {} }));
  const draw = (canvas: HTMLCanvasElement, density: number) =>
    new Chart(canvas, {
      ...configuration,
      data: { ...configuration.data, datasets },
      options: { ...options, devicePixelRatio: density },
      plugins: [...(configuration.plugins ?? []), behind],
      platform: BasicPlatform,
    });
  if (kind === 'svg') {
    const canvas = new SvgCanvas({ width, height });
    const chart = draw(canvas as unknown as HTMLCanvasElement, 1);
    if (printed) sized(canvas.svg, width, height, printed);
    const text = new XMLSerializer().serializeToString(canvas.svg);
    chart.destroy();
    await saveFile(`${fileName(title)}.svg`, text);
    return;
  }
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  const chart = draw(canvas, printed ? PRINTED : DENSITY);
  await saveFile(`${fileName(title)}.png`, await pngOf(canvas));
  chart.destroy();
}

/** A drawing as wide on paper as is asked for. */
function sized(svg: SVGElement, width: number, height: number, printed: Width): void {
  const { millimetres } = widths[printed];
  if (!svg.hasAttribute('viewBox')) svg.setAttribute('viewBox', `0 0 ${width} ${height}`);
  svg.setAttribute('width', `${millimetres}mm`);
  svg.setAttribute('height', `${((millimetres * height) / width).toFixed(2)}mm`);
}

async function pngOf(canvas: HTMLCanvasElement): Promise<Uint8Array<ArrayBuffer>> {
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
  if (!blob) throw new Error('the picture could not be made');
  return new Uint8Array(await blob.arrayBuffer());
}

/** What a style sheet may give a drawing. */
const drawn = [
  ...['fill', 'stroke', 'stroke-width', 'stroke-dasharray', 'font-size', 'font-weight', 'font-family', 'font-variant-numeric'],
  ...['opacity', 'text-anchor', 'paint-order', 'display'],
];

/** What a mark in a drawing stands for, where its page says so beside it and a file cannot. */
export interface Key {
  label: string;
  style: Pick<DrawnRun, 'marker' | 'colour'>;
}

const svgElement = (name: string, attributes: Record<string, string | number>): SVGElement => {
  const element = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [attribute, value] of Object.entries(attributes)) element.setAttribute(attribute, String(value));
  return element;
};

const KEYS = { height: 24, size: 12, gap: 18 };

/** In a line, from the upper left corner on. */
function keyLine(keys: readonly Key[], x: number, y: number): SVGElement {
  const line = svgElement('g', { 'font-family': fontFamily, 'font-size': KEYS.size });
  const pen = document.createElement('canvas').getContext('2d')!;
  pen.font = `${KEYS.size}px ${fontFamily}`;
  let at = x + KEYS.size / 2;
  for (const { label, style } of keys) {
    const name = svgElement('text', { x: at + 10, y: y + 16, fill: style.colour });
    name.textContent = label;
    line.append(svgElement('path', { d: style.marker, fill: style.colour, transform: `translate(${at} ${y + KEYS.size})` }), name);
    at += 10 + pen.measureText(label).width + KEYS.gap;
  }
  return line;
}

function headingLine(heading: string, fill: string, x: number, y: number): SVGElement {
  const line = svgElement('text', { x, y: y + 16, fill, 'font-family': fontFamily, 'font-size': KEYS.size + 1, 'font-weight': 650 });
  line.textContent = heading;
  return line;
}

/** What stands above a drawing in a file of its own. */
interface Above {
  keys?: readonly Key[];
  /** What is drawn, where its page says so beside it. */
  heading?: string;
}

/** Around a drawing whose words reach to its edges. */
const MARGIN = 6;

/** A drawing of the page as a file of its own: what its style sheet gives it is written into it. */
function standalone(svg: SVGSVGElement, back: string, printed: Width | undefined, { keys = [], heading }: Above) {
  const copy = svg.cloneNode(true) as SVGSVGElement;
  const originals = [svg, ...svg.querySelectorAll<SVGElement>('*')];
  const copies = [copy, ...copy.querySelectorAll<SVGElement>('*')];
  for (const [i, original] of originals.entries()) {
    const style = getComputedStyle(original);
    for (const property of drawn)
      if (['text', 'path', 'line', 'rect', 'circle', 'polyline', 'svg', 'g'].includes(original.tagName))
        copies[i]!.setAttribute(property, style.getPropertyValue(property));
    copies[i]!.removeAttribute('class');
    copies[i]!.removeAttribute('tabindex');
  }
  const shown = svg.getBoundingClientRect();
  const { x, y, width: across, height: down } = svg.viewBox.baseVal;
  const drawing = across > 0 ? { x, y, width: across, height: down } : { x: 0, y: 0, width: shown.width, height: shown.height };
  const lines = [
    ...(heading === undefined ? [] : [(y: number) => headingLine(heading, getComputedStyle(svg).color, drawing.x, y)]),
    ...(keys.length > 0 ? [(y: number) => keyLine(keys, drawing.x, y)] : []),
  ];
  const above = MARGIN + KEYS.height * lines.length;
  const box = {
    ...{ x: drawing.x - MARGIN, y: drawing.y - above },
    ...{ width: drawing.width + 2 * MARGIN, height: drawing.height + above + MARGIN },
  };
  const width = (shown.width * box.width) / drawing.width;
  const height = (shown.height * box.height) / drawing.height;
  copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  copy.setAttribute('viewBox', `${box.x} ${box.y} ${box.width} ${box.height}`);
  copy.setAttribute('width', String(width));
  copy.setAttribute('height', String(height));
  if (printed) sized(copy, width, height, printed);
  copy.prepend(svgElement('rect', { ...box, fill: back }), ...lines.map((line, i) => line(box.y + MARGIN + KEYS.height * i)));
  return { text: new XMLSerializer().serializeToString(copy), width, height };
}

export async function saveDrawing(
  kind: 'png' | 'svg',
  title: string,
  svg: SVGSVGElement,
  back: string,
  printed?: Width,
  above: Above = {},
): Promise<void> {
  const { text, width, height } = standalone(svg, back, printed, above);
  if (kind === 'svg') {
    await saveFile(`${fileName(title)}.svg`, text);
    return;
  }
  const image = new Image();
  image.src = URL.createObjectURL(new Blob([text], { type: 'image/svg+xml' }));
  await image.decode();
  const canvas = document.createElement('canvas');
  const density = printed ? (PRINTED * pixels(printed)) / width : DENSITY;
  canvas.width = width * density;
  canvas.height = height * density;
  canvas.getContext('2d')!.drawImage(image, 0, 0, canvas.width, canvas.height);
  URL.revokeObjectURL(image.src);
  await saveFile(`${fileName(title)}.png`, await pngOf(canvas));
}

/** A canvas with one pixel per value, with the values as squares. */
export async function savePixels(kind: 'png' | 'svg', title: string, source: HTMLCanvasElement): Promise<void> {
  const scale = Math.max(1, Math.ceil(HEIGHT / Math.max(1, source.height)));
  const canvas = document.createElement('canvas');
  canvas.width = source.width * scale;
  canvas.height = source.height * scale;
  const context = canvas.getContext('2d')!;
  context.imageSmoothingEnabled = false;
  context.drawImage(source, 0, 0, canvas.width, canvas.height);
  if (kind === 'png') return saveFile(`${fileName(title)}.png`, await pngOf(canvas));
  const { width, height } = canvas;
  const image = `<image width="${width}" height="${height}" href="${canvas.toDataURL()}"/>`;
  const text = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}">${image}</svg>`;
  return saveFile(`${fileName(title)}.svg`, text);
}

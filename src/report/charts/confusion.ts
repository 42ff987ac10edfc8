/** Confusion matrix of one run: rows are the true classes, columns the predicted ones. */
import { count } from '../../shared/present/format.ts';
import { markup, type Html } from '../markup.ts';
import { runClass, splitName, type RunView } from '../runs.ts';
import { px } from './plot.ts';

const SIZE = 360;
const LEFT = 52;
const TOP = 52;
/** Opacity at which the number in a cell can still be read in the page's text colour. */
const DARKEST = 0.55;

/** Shade of a cell is its share of the true class; the number is the count. */
export function confusionMatrix(run: RunView, confusion: number[][], classes: readonly string[]): Html {
  const step = (SIZE - LEFT - 6) / Math.max(1, confusion.length);
  const rows = confusion.map((row, r) => {
    const total = row.reduce((sum, n) => sum + n, 0);
    return row.map((n, c) => {
      const share = total === 0 ? 0 : n / total;
      const [x, y] = [LEFT + c * step, TOP + r * step];
      const text =
        n > 0 &&
        markup`<text class="small count" x="${px(x + step / 2)}" y="${px(y + step / 2)}" dy="0.35em" text-anchor="middle">${count(n)}</text>`;
      // Square root: single mistakes among a thousand right answers are what the reader looks for.
      return markup`<rect class="shade" x="${px(x)}" y="${px(y)}" width="${px(step)}" height="${px(step)}" fill-opacity="${px(DARKEST * Math.sqrt(share))}"/>${text}`;
    });
  });
  const names = classes.map((name, i) => {
    const at = px(TOP + (i + 0.5) * step);
    return markup`<text class="small" x="${LEFT - 6}" y="${at}" dy="0.35em" text-anchor="end">${name}</text><text class="small" x="${px(LEFT + (i + 0.5) * step)}" y="${TOP - 6}" text-anchor="middle">${name}</text>`;
  });
  const middle = px((TOP + SIZE) / 2);
  const { head, detail } = splitName(run.record.name);
  return markup`<svg class="confusion ${runClass(run)}" viewBox="0 0 ${SIZE} ${SIZE + 2}" role="img" aria-label="Confusion matrix of ${run.record.name}"><text class="name" x="${LEFT}" y="14">${head}</text><text class="small" x="${LEFT}" y="32">${detail}</text><text class="small" x="${SIZE - 6}" y="32" text-anchor="end">predicted →</text><text class="small" x="12" y="${middle}" transform="rotate(-90 12 ${middle})" text-anchor="middle">← true</text>${names}${rows}</svg>`;
}

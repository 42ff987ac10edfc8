/** A chart with its title, its explanation, the numbers behind it as a table, and buttons to save all of them. */
import { markup, type Html, type Part } from './markup.ts';

export interface Cell {
  text: Part;
  /** The number itself, where the text rounds it: what a saved CSV file holds. */
  value?: number;
  /** Class of the run that the cell belongs to, so that it is hidden with it. */
  run?: string;
}

export interface Table {
  head: Cell[];
  /** The first cell of a row is its heading. */
  rows: Cell[][];
}

export interface Figure {
  /** Unique in the document; also the name of saved files. */
  id: string;
  title: string;
  note?: Part;
  graphic: Html;
  table: Table;
  /** Takes the whole width of the page. */
  wide?: boolean;
}

const cell = (tag: 'th' | 'td', scope: 'col' | 'row' | null, { text, value, run }: Cell): Html => {
  const attributes = [
    scope && markup` scope="${scope}"`,
    run && markup` class="${run}"`,
    value !== undefined && Number.isFinite(value) && markup` data-value="${Number(value.toPrecision(7))}"`,
  ];
  return tag === 'th' ? markup`<th${attributes}>${text}</th>` : markup`<td${attributes}>${text}</td>`;
};

export function table({ head, rows }: Table): Html {
  return markup`<table>
    <thead>
      <tr>
        ${head.map((h) => cell('th', 'col', h))}
      </tr>
    </thead>
    <tbody>
      ${rows.map((row) => markup`<tr>${row.map((c, i) => (i === 0 ? cell('th', 'row', c) : cell('td', null, c)))}</tr>`)}
    </tbody>
  </table>`;
}

export function figure({ id, title, note, graphic, table: data, wide }: Figure): Html {
  return markup`<figure id="${id}"${wide && markup` class="wide"`}>
    <figcaption>
      <h3>${title}</h3>
      ${note && markup`<p>${note}</p>`}
    </figcaption>
    <div class="graphic">${graphic}</div>
    <div class="tools">
      <details>
        <summary>Data</summary>
        <div class="scroll" role="region" tabindex="0" aria-label="Data: ${title}">${table(data)}</div>
      </details>
      <span class="save" hidden>
        ${['PNG', 'SVG', 'CSV'].map((kind) => markup`<button type="button" data-save="${kind.toLowerCase()}" aria-label="Save as ${kind}: ${title}">${kind}</button>`)}
      </span>
    </div>
  </figure>`;
}

/** Markup from templates. Whatever is put into a template is escaped, unless it is markup made by one. */

/** Text that is markup already. Only `markup` and `raw` make it. */
export class Html {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

export type Part = Html | string | number | null | undefined | false | readonly Part[];

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

export function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character]!);
}

function render(part: Part): string {
  if (part === null || part === undefined || part === false) return '';
  if (part instanceof Html) return part.text;
  if (typeof part === 'object') return part.map(render).join('');
  return escape(String(part));
}

/** Template tag: markup`<b>${text}</b>`. Attribute values must stand in double quotes. Null, undefined and false vanish. */
export function markup(strings: TemplateStringsArray, ...parts: Part[]): Html {
  return new Html(strings.reduce((text, piece, i) => text + render(parts[i - 1]) + piece));
}

/** Takes text as markup, unescaped: for the report's own style sheet and script only. */
export function raw(text: string): Html {
  return new Html(text);
}

/** Light or dark: as the settings say, else as the system does. */
import { flushSync } from 'svelte';
import { workbench } from './workbench.svelte.ts';

const system = window.matchMedia('(prefers-color-scheme: dark)');

class Theme {
  #system = $state(system.matches);
  /** What the page had before it was drawn for paper; null: it is drawn for the screen. */
  #screen = $state.raw<{ theme: string | undefined } | null>(null);

  constructor() {
    system.addEventListener('change', () => (this.#system = system.matches));
  }

  get dark(): boolean {
    if (this.#screen) return false;
    const theme = workbench.settings?.theme ?? document.documentElement.dataset['theme'] ?? 'system';
    return theme === 'system' ? this.#system : theme === 'dark';
  }

  /** Whether the page is drawn for paper, which is white. */
  set paper(paper: boolean) {
    const { dataset } = document.documentElement;
    if (paper) {
      this.#screen ??= { theme: dataset['theme'] };
      dataset['theme'] = 'light';
    } else if (this.#screen) {
      const { theme } = this.#screen;
      if (theme === undefined) delete dataset['theme'];
      else dataset['theme'] = theme;
      this.#screen = null;
    }
  }
}

export const theme = new Theme();

/** Figures go into papers: what `work` draws until it first waits is light. All within one task, so that the window shows none of it. */
export function onPaper<Done>(work: () => Promise<Done>): Promise<Done> {
  if (!theme.dark) return work();
  const draw = (paper: boolean) => flushSync(() => (theme.paper = paper));
  draw(true);
  try {
    return work();
  } finally {
    draw(false);
  }
}

/** Value of a colour of the style sheet in light or in dark, as a canvas can use it. */
export function colourIn(name: string, dark: boolean): string {
  const element = document.createElement('span');
  element.style.colorScheme = dark ? 'dark' : 'light';
  element.style.color = `var(${name})`;
  document.body.append(element);
  const colour = getComputedStyle(element).color;
  element.remove();
  return colour;
}

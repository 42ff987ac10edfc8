/** Light or dark: as the settings say, else as the system does. */
import { workbench } from './workbench.svelte.ts';

const system = window.matchMedia('(prefers-color-scheme: dark)');

class Theme {
  #system = $state(system.matches);

  constructor() {
    system.addEventListener('change', () => (this.#system = system.matches));
  }

  get dark(): boolean {
    const theme = workbench.settings?.theme ?? document.documentElement.dataset['theme'] ?? 'system';
    return theme === 'system' ? this.#system : theme === 'dark';
  }
}

export const theme = new Theme();

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

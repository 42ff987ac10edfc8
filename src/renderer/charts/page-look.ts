/** The colours that charts take from the page's style sheet. */
import { colourIn } from '../state/theme.svelte.ts';
import type { Look } from './look.ts';

const looks = new Map<boolean, Look>();

/** The page's colours, light or dark. */
export function pageLook(dark: boolean): Look {
  const look = looks.get(dark) ?? readLook(dark);
  looks.set(dark, look);
  return look;
}

function readLook(dark: boolean): Look {
  const colourOf = (name: string) => colourIn(name, dark);
  return {
    text: colourOf('--text'),
    muted: colourOf('--muted'),
    grid: colourOf('--grid'),
    line: colourOf('--strong-line'),
    back: colourOf('--back'),
    accent: colourOf('--accent'),
    selection: colourOf('--selection'),
  };
}

/** Copies text, in the window, in a browser and in a page that was opened from a disk. */
import { complain, say } from './messages.ts';

export async function copyText(text: string, said: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Not every page may: a selection can be copied all the same.
    if (!copySelection(text)) {
      complain('Copying to the clipboard failed.');
      return;
    }
  }
  say(said);
}

function copySelection(text: string): boolean {
  const area = document.createElement('textarea');
  area.value = text;
  area.className = 'visually-hidden';
  document.body.append(area);
  area.select();
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- the one way that is left where the API above is refused
  const copied = document.execCommand('copy');
  area.remove();
  return copied;
}

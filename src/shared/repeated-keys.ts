/** Fields that stand in a JSON text more than once: of these JSON.parse() takes the last, without a word. */

/** As paths: "training.batch", "networks[1].dim". @param text that is JSON. */
export function repeatedKeys(text: string): string[] {
  const repeated: string[] = [];
  /** Of the objects and lists that are open: what has been seen in each, and where in it the text is. */
  const open: { keys: Set<string> | null; at: string | number }[] = [];
  let word: string | null = null;
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\]:,]/g)) {
    const inside = open.at(-1);
    if (token.startsWith('"')) word = JSON.parse(token) as string;
    else if (token === '{') open.push({ keys: new Set(), at: '' });
    else if (token === '[') open.push({ keys: null, at: 0 });
    else if (token === '}' || token === ']') open.pop();
    else if (token === ',' && typeof inside?.at === 'number') inside.at++;
    else if (token === ':' && inside?.keys && word !== null) {
      inside.at = word;
      if (inside.keys.has(word)) repeated.push(pathOf(open.map(({ at }) => at)));
      inside.keys.add(word);
    }
  }
  return [...new Set(repeated)];
}

const pathOf = (steps: readonly (string | number)[]): string =>
  steps.map((step, i) => (typeof step === 'number' ? `[${step}]` : i === 0 ? step : `.${step}`)).join('');

/**
 * The key to the workbench in browser mode. The address that the server prints holds a code, which is exchanged for the key once
 * and is out of the address before anything is shown. The key stays in this tab (sessionStorage), so that the page can be loaded
 * anew; a further tab gets it from one that has it. Only pages of this address and port can ask for it, and no request that
 * another site makes can carry it, as it could a cookie.
 */

const entry = /^#enter=(\w+)$/;
const place = 'capscope-key';
const channelName = 'capscope-key';

/** Milliseconds in which another tab answers, on a machine that is training, too. */
const answerWithin = 3000;

type Said = { ask: true } | { key: string };

/** A key that the server takes, or a sentence that says how to get one. Rejects when the server cannot be reached. */
export async function findKey(): Promise<{ key: string } | { problem: string }> {
  const code = entry.exec(window.location.hash)?.[1];
  let problem: string | null = null;
  if (code !== undefined) {
    window.history.replaceState(null, '', window.location.pathname);
    const answer = await fetch('/enter', { method: 'POST', headers: { authorization: `Code ${code}` } });
    const text = await answer.text();
    if (answer.ok) return keep(text);
    problem = text;
  }
  const kept = sessionStorage.getItem(place);
  const known = kept !== null && (await isTaken(kept)) ? kept : await askOthers();
  if (known !== null) return keep(known);
  sessionStorage.removeItem(place);
  return { problem: problem ?? (await (await enterWith(kept ?? '')).text()) };
}

/** An address with a code that is opened in this tab is only another fragment of the same page, which the browser does not load anew. */
export function loadAnewOnEntry(): void {
  window.addEventListener('hashchange', () => {
    if (entry.test(window.location.hash)) window.location.reload();
  });
}

const enterWith = (key: string): Promise<Response> => fetch('/enter', { headers: { authorization: `Bearer ${key}` } });
const isTaken = async (key: string): Promise<boolean> => (await enterWith(key)).ok;

let lent: BroadcastChannel | null = null;

/** Keeps it for this tab, and for others that ask. */
function keep(key: string): { key: string } {
  sessionStorage.setItem(place, key);
  lent?.close();
  const channel = (lent = new BroadcastChannel(channelName));
  channel.onmessage = ({ data }: MessageEvent<Said>) => {
    if ('ask' in data) channel.postMessage({ key } satisfies Said);
  };
  return { key };
}

/** The first key that another tab has and the server takes; null when there is none. */
async function askOthers(): Promise<string | null> {
  const channel = new BroadcastChannel(channelName);
  const found = Promise.withResolvers<string | null>();
  const tried = new Set<string>();
  channel.onmessage = ({ data }: MessageEvent<Said>) => {
    if ('ask' in data || tried.has(data.key)) return;
    tried.add(data.key);
    isTaken(data.key).then((taken) => taken && found.resolve(data.key), found.reject);
  };
  channel.postMessage({ ask: true } satisfies Said);
  const timer = setTimeout(() => found.resolve(null), answerWithin);
  try {
    return await found.promise;
  } finally {
    clearTimeout(timer);
    channel.close();
  }
}

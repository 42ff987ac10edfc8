/** The editor of study files: a part of the window that is loaded when it is first opened. */
import {
  autocompletion,
  closeBrackets,
  closeBracketsKeymap,
  completionKeymap,
  type CompletionContext,
  type CompletionResult,
} from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { json } from '@codemirror/lang-json';
import { bracketMatching, HighlightStyle, indentOnInput, syntaxHighlighting, syntaxTree } from '@codemirror/language';
import { linter, lintGutter, lintKeymap, type Diagnostic } from '@codemirror/lint';
import { EditorState, StateEffect, StateField, type Text } from '@codemirror/state';
import { Decoration, drawSelection, EditorView, keymap, lineNumbers, type DecorationSet } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { z } from 'zod';
import { StudySpec } from '../../../../shared/spec/study.ts';
import { fieldSuggestions, valueSuggestions, type Path, type Schema, type Suggestion } from '../../../model/design/schema-help.ts';

export interface StudyEditor {
  setText: (text: string) => void;
  /** Lights the line of a field; null: none. */
  light: (path: Path | null) => void;
  destroy: () => void;
}

type SyntaxNode = ReturnType<typeof syntaxTree>['topNode'];

let schema: Schema | undefined;
const studySchema = (): Schema => (schema ??= z.toJSONSchema(StudySpec, { io: 'input' }) as Schema);

const unquoted = (text: string): string => {
  try {
    return JSON.parse(text) as string;
  } catch {
    return text.replaceAll('"', '');
  }
};

/** Where a node of the syntax tree stands. */
function pathOf(node: SyntaxNode, text: Text): Path {
  const path: (string | number)[] = [];
  for (let at: SyntaxNode | null = node; at; at = at.parent) {
    const { parent } = at;
    if (at.name === 'Property') {
      const name = at.getChild('PropertyName');
      if (name) path.unshift(unquoted(text.sliceString(name.from, name.to)));
    } else if (parent?.name === 'Array') {
      let place = 0;
      for (let before = at.prevSibling; before; before = before.prevSibling) if (!['[', ','].includes(before.name)) place++;
      path.unshift(place);
    }
  }
  return path;
}

function complete({ state, pos, explicit }: CompletionContext): CompletionResult | null {
  const { doc } = state;
  let node = syntaxTree(state).resolveInner(pos, -1);
  const word = ['PropertyName', 'String', 'Number', 'True', 'False', 'Null', '⚠'].includes(node.name) && node.to >= pos ? node : null;
  if (!word && !explicit) return null;
  const from = word ? word.from : pos;
  const isName = node.name === 'PropertyName' || (node.name === 'Object' && !/:\s*$/.test(doc.sliceString(Math.max(0, pos - 40), pos)));
  const quoted = ({ label, detail, info }: Suggestion, apply: string) => ({ label, detail, info, apply });
  if (isName) {
    while (node.name !== 'Object' && node.parent) node = node.parent;
    const present = new Set(node.getChildren('Property').flatMap((property) => {
      const name = property.getChild('PropertyName');
      return name && name.from !== word?.from ? [unquoted(doc.sliceString(name.from, name.to))] : [];
    })); // prettier-ignore
    const options = fieldSuggestions(studySchema(), pathOf(node, doc), present).map((one) => ({
      ...quoted(one, `${JSON.stringify(one.label)}: `),
      label: `"${one.label}"`,
    }));
    return { from, options, validFor: /^"?[\w$]*$/ };
  }
  const options = valueSuggestions(studySchema(), pathOf(word ?? node, doc)).map((one) => quoted(one, one.label));
  return options.length > 0 ? { from, options, validFor: /^"?[\w-]*"?$/ } : null;
}

/** Marks what the schema refuses where it stands; text that is no JSON, where it breaks off. */
function lint({ state }: EditorView): Diagnostic[] {
  const text = state.doc.toString();
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const breaks: number[] = [];
    syntaxTree(state).iterate({
      enter: (node) => {
        if (node.type.isError) breaks.push(node.from);
      },
    });
    const from = Math.min(breaks[0] ?? text.length, text.length);
    return [{ from, to: Math.min(from + 1, text.length), severity: 'error', message: `This is not JSON: ${(error as Error).message}` }];
  }
  const parsed = StudySpec.safeParse(value);
  if (parsed.success) return [];
  return parsed.error.issues.map((issue) => {
    const told = deepest(issue);
    const unknown = told.code === 'unrecognized_keys' ? told.keys[0] : undefined;
    const path = (unknown === undefined ? told.path : [...told.path, unknown]) as Path;
    const message = unknown === undefined ? told.message : `Unknown field "${unknown}"`;
    return { ...rangeAt(state, path), severity: 'error', message };
  });
}

/** Of a choice, what the alternative that fits best has against the value. */
function deepest(issue: z.core.$ZodIssue): z.core.$ZodIssue {
  if (issue.code !== 'invalid_union' || issue.errors.length === 0) return issue;
  const candidates = issue.errors.flatMap((issues) => (issues[0] ? [deepest(issues[0])] : []));
  const best = candidates.reduce((a, b) => (b.path.length > a.path.length ? b : a), candidates[0] ?? issue);
  return { ...best, path: [...issue.path, ...best.path] };
}

/** The property or element at a path; as much of the path as there is. */
function rangeAt(state: EditorState, path: Path): { from: number; to: number } {
  let node = syntaxTree(state).topNode.firstChild;
  let found = { from: 0, to: Math.min(1, state.doc.length) };
  for (const part of path) {
    let inner: SyntaxNode | null = null;
    if (typeof part === 'number' && node?.name === 'Array') {
      const items: SyntaxNode[] = [];
      for (let at = node.firstChild; at; at = at.nextSibling) if (!['[', ']', ',', '⚠'].includes(at.name)) items.push(at);
      inner = items[part] ?? null;
      if (inner) found = { from: inner.from, to: inner.to };
    } else if (node?.name === 'Object') {
      const property = node.getChildren('Property').find((one) => {
        const name = one.getChild('PropertyName');
        return name && unquoted(state.doc.sliceString(name.from, name.to)) === part;
      });
      if (property) found = { from: property.from, to: property.to };
      inner = property?.lastChild ?? null;
    }
    if (!inner) break;
    node = inner;
  }
  return found;
}

const setLight = StateEffect.define<Path | null>();
const litLine = Decoration.line({ class: 'lit' });
const light = StateField.define<{ path: Path | null; shown: DecorationSet }>({
  create: () => ({ path: null, shown: Decoration.none }),
  update: (before, { effects, docChanged, state }) => {
    const effect = effects.find((one) => one.is(setLight));
    if (!effect && !docChanged) return before;
    const path = effect ? effect.value : before.path;
    if (!path) return { path, shown: Decoration.none };
    return { path, shown: Decoration.set([litLine.range(state.doc.lineAt(rangeAt(state, path).from).from)]) };
  },
  provide: (field) => EditorView.decorations.from(field, ({ shown }) => shown),
});

const colours = HighlightStyle.define([
  { tag: tags.propertyName, color: 'var(--accent)' },
  { tag: tags.string, color: 'var(--good)' },
  { tag: [tags.number, tags.bool, tags.null], color: 'var(--bad)' },
]);
const look = EditorView.theme({
  '&': { height: '100%', color: 'var(--text)', backgroundColor: 'transparent', fontSize: 'var(--text-s)' },
  '&.cm-focused': { outline: '2px solid var(--accent)', outlineOffset: '-2px' },
  '.cm-scroller': { fontFamily: 'var(--mono)', lineHeight: '1.55' },
  '.cm-gutters': { color: 'var(--muted)', backgroundColor: 'transparent', border: 'none' },
  '.cm-cursor': { borderLeftColor: 'var(--text)' },
  '.lit': { backgroundColor: 'var(--accent-soft)' },
  // No ground of its own: Chromium takes that over, as a style that the page's policy forbids, into what is typed in its place.
  '&.cm-focused .cm-matchingBracket, &.cm-focused .cm-nonmatchingBracket': {
    backgroundColor: 'transparent',
    outline: '1px solid var(--strong-line)',
  },
  '&.cm-focused .cm-nonmatchingBracket': { outlineColor: 'var(--danger)' },
  '.cm-selectionBackground, &.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground': {
    backgroundColor: 'var(--selection)',
  },
  '.cm-tooltip': { color: 'var(--text)', backgroundColor: 'var(--raised)', border: '1px solid var(--line)' },
  '.cm-tooltip-autocomplete ul li[aria-selected]': { color: 'var(--text)', backgroundColor: 'var(--hover)' },
  '.cm-completionInfo': { maxWidth: '20rem' },
  '.cm-completionDetail': { color: 'var(--muted)', fontStyle: 'normal' },
});

/**
 * In a root of its own: the page's security policy takes no style sheets that are written into it, and a shadow root's are objects.
 * @param ontype the text as somebody types it; not told of setText().
 */
export function openEditor(host: HTMLElement, text: string, label: string, ontype: (text: string) => void): StudyEditor {
  const root = host.shadowRoot ?? host.attachShadow({ mode: 'open' });
  let telling = true;
  const view = new EditorView({
    root,
    parent: root,
    state: EditorState.create({
      doc: text,
      extensions: [
        [lineNumbers(), history(), drawSelection(), indentOnInput(), bracketMatching(), closeBrackets(), json(), light],
        [autocompletion({ override: [complete] }), linter(lint, { delay: 200 }), lintGutter(), syntaxHighlighting(colours), look],
        // The tabulator leaves the editor, as it leaves every field.
        keymap.of([...closeBracketsKeymap, ...defaultKeymap, ...historyKeymap, ...completionKeymap, ...lintKeymap]),
        EditorView.contentAttributes.of({ 'aria-label': label }),
        EditorView.lineWrapping,
        EditorView.updateListener.of(({ docChanged, state }) => {
          if (docChanged && telling) ontype(state.doc.toString());
        }),
      ],
    }),
  });
  return {
    setText: (next) => {
      const before = view.state.doc.toString();
      if (before === next) return;
      // Only what differs changes, so that the cursor stays where it can.
      let start = 0;
      while (start < Math.min(before.length, next.length) && before[start] === next[start]) start++;
      let end = 0;
      while (end < Math.min(before.length, next.length) - start && before.at(-1 - end) === next.at(-1 - end)) end++;
      telling = false;
      view.dispatch({ changes: { from: start, to: before.length - end, insert: next.slice(start, next.length - end) } });
      telling = true;
    },
    light: (path) => view.dispatch({ effects: setLight.of(path) }),
    destroy: () => view.destroy(),
  };
}

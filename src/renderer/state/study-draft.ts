/** A study that another view has drafted: the design of studies begins with it when it is next shown. */
import type { StudySpec } from '../../shared/spec/study.ts';
import type { Raw } from '../model/design/draft.ts';
import { DRAFT } from '../model/study-parts.ts';
import { complain } from './messages.ts';
import { navigation } from './navigation.svelte.ts';

export interface DraftStudy {
  spec: StudySpec;
  /** Fingerprint of the data set that it is meant for. */
  dataset: string;
}

let waiting: DraftStudy | null = null;

export function draftStudy(draft: DraftStudy): void {
  waiting = draft;
  navigation.go('studies', [DRAFT], 'design');
}

/** The draft, once: who comes back later finds what they have made of it. */
export function takeDraft(): DraftStudy | null {
  const draft = waiting;
  waiting = null;
  return draft;
}

let opened: { name: string; value: Raw } | null = null;

/** Begins the design with the study file that was picked. */
export async function openStudyFile(input: HTMLInputElement): Promise<void> {
  const file = await readStudyFile(input);
  if (!file) return;
  opened = file;
  navigation.go('studies', [DRAFT], 'design');
}

/** The file that was opened last, once. */
export function takeOpened(): typeof opened {
  const taken = opened;
  opened = null;
  return taken;
}

/** What was picked, as far as it is an object; null where nothing was, or it is none, which is said. */
export async function readStudyFile(input: HTMLInputElement): Promise<{ name: string; value: Raw } | null> {
  const file = input.files?.[0];
  if (!file) return null;
  const text = await file.text();
  input.value = '';
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error('expected an object in braces');
    return { name: file.name, value: value as Raw };
  } catch (error) {
    complain(`${file.name} is not a study file: ${(error as Error).message}`);
    return null;
  }
}

let network: { entry: unknown; dataset: string } | null = null;

/** Puts a single network into the study that is being designed. */
export function addToStudy(entry: unknown, dataset: string): void {
  network = { entry, dataset };
  navigation.go('studies', [DRAFT], 'design');
}

/** The network that was put in last, once. */
export function takeNetwork(): { entry: unknown; dataset: string } | null {
  const taken = network;
  network = null;
  return taken;
}

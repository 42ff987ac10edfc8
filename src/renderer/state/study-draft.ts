/** A study that another view has drafted: the design of studies begins with it when it is next shown. */
import type { StudySpec } from '../../shared/spec/study.ts';
import { DRAFT } from '../model/study-parts.ts';
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

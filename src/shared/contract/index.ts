/**
 * Everything that a page can ask of the workbench: one entry per method, whatever carries it (Electron's IPC, a WebSocket).
 * Arguments and answers are plain data; besides JSON they may hold Uint8Array, Uint16Array and Float32Array.
 */
import { appMethods } from './app.ts';
import { clusterMethods } from './clusters.ts';
import { datasetMethods } from './datasets.ts';
import type { AnswerOf, ArgumentOf, ParsedArgumentOf } from './method.ts';
import { forecastMethods } from './forecast.ts';
import { insideMethods } from './inside.ts';
import { queueMethods } from './queue.ts';
import { runMethods } from './runs.ts';

export const contract = {
  ...appMethods,
  ...datasetMethods,
  ...runMethods,
  ...queueMethods,
  ...forecastMethods,
  ...insideMethods,
  ...clusterMethods,
};

export type Contract = typeof contract;
export type MethodName = keyof Contract;
export type Argument<M extends MethodName> = ArgumentOf<Contract[M]>;
export type Answer<M extends MethodName> = AnswerOf<Contract[M]>;

/** What implements the contract. */
export type Handlers = { [M in MethodName]: (argument: ParsedArgumentOf<Contract[M]>) => Answer<M> | Promise<Answer<M>> };

/** How an answer travels. `input`: the message is for the person at the page, as it is; `fault`: it is a fault of ours. */
export type Reply = { ok: true; value: unknown } | { ok: false; kind: 'input' | 'fault'; message: string };

export * from './app.ts';
export * from './clusters.ts';
export type { Saved } from './common.ts';
export * from './datasets.ts';
export * from './events.ts';
export * from './forecast.ts';
export * from './inside.ts';
export * from './queue.ts';
export * from './runs.ts';
export * from './sizes.ts';

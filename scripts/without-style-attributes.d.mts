import type { Plugin } from 'vite';

export declare const withoutStyleAttributes: Plugin;

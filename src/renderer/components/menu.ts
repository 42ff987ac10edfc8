import type { Component } from 'svelte';

/** One line of a menu, or a line between groups. */
export type MenuEntry =
  | 'line'
  | {
      label: string;
      action: () => void;
      icon?: Component<{ size?: number | string }>;
      disabled?: boolean;
      danger?: boolean;
      keys?: string;
    };

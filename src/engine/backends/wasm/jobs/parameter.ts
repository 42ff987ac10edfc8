/** Words of a row of Adam's table of parameters: addresses of its values, both moments and the gradient, and how many values. */
export const VALUES = 0;
export const FIRST = 1;
export const SECOND = 2;
export const GRADIENT = 3;
export const SIZE = 4;

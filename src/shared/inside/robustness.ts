/** How a network fares when its test images are disturbed more and more. */
import { z } from 'zod';

export const Disturbance = z.enum(['move', 'turn', 'scale', 'shear', 'noise', 'overlay']);
export type Disturbance = z.infer<typeof Disturbance>;

/** `values`: what is tried unless something else is asked for; the images are as they were at `none`. */
export const disturbances = {
  move: {
    label: 'Move',
    unit: 'pixels',
    help: 'By so many pixels, every image in a direction of its own.',
    none: 0,
    values: [0, 1, 2, 3, 4, 5, 6, 7, 8],
  },
  turn: { label: 'Turn', unit: '°', help: 'About the middle, clockwise.', none: 0, values: [-60, -45, -30, -15, 0, 15, 30, 45, 60] },
  scale: { label: 'Scale', unit: '×', help: 'About the middle.', none: 1, values: [0.5, 0.625, 0.75, 0.875, 1, 1.125, 1.25, 1.375, 1.5] },
  shear: {
    label: 'Shear',
    unit: '',
    help: 'Every row is moved by so many pixels per row that it lies above the middle.',
    none: 0,
    values: [-0.8, -0.6, -0.4, -0.2, 0, 0.2, 0.4, 0.6, 0.8],
  },
  noise: {
    label: 'Noise',
    unit: '',
    help: 'Standard deviation of what is added to every value; white is 1.',
    none: 0,
    values: [0, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5],
  },
  overlay: {
    label: 'Overlay',
    unit: 'pixels',
    help: 'Two images of different classes on one another, so far apart; right where the two longest class capsules are theirs (after MultiMNIST, Sabour et al. 2017).',
    none: null,
    values: [0, 2, 4, 6, 8],
  },
} as const satisfies Record<Disturbance, { label: string; unit: string; help: string; none: number | null; values: readonly number[] }>;

/** Of one network at one value. */
export interface RobustnessPoint {
  value: number;
  /** Share of the images that are read rightly; of overlaid ones, with both classes. Ties count as in a test. */
  accuracy: number;
  /** Mean length of the class capsule that is right (of both, when overlaid), and of the longest one that is not. */
  right: number;
  wrong: number;
}

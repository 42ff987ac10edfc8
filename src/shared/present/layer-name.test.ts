import { expect, it } from 'vitest';
import { layerName, withLayerNames } from './layer-name.ts';

it('calls layers what charts call them', () => {
  expect(['primary', 'backbone.0', 'capsules.2', 'classes'].map(layerName)).toEqual(['Primary', 'Backbone 1', 'Capsules 3', 'Classes']);
  expect(withLayerNames('capsules.0 to capsules.11, backbone.2, classes')).toBe('Capsules 1 to 12, Backbone 3, classes');
});

import { expect, it } from 'vitest';
import { pathOf } from './paths';

it('keeps the slashes of a metric key, and nothing else that has a meaning in an address', () => {
  expect(pathOf('/runs/{id}/metrics/{key}', { id: 'r1', key: 'valid/log loss?' })).toBe(
    '/runs/r1/metrics/valid/log%20loss%3F',
  );
});

import { expect, it } from 'vitest';
import { flatten, readDetail } from './evidence';

it('lists nested numbers with the way to them', () => {
  const evidence = { candidate: { brier: 0.16123 }, slices: [{ name: 'ORD', auc: 0.7 }], weeks: [1, 2], passed: true };

  expect(flatten(evidence)).toEqual([
    ['candidate · brier', '0.16123'],
    ['slices · ORD · name', 'ORD'],
    ['slices · ORD · auc', '0.7'],
    ['weeks', '1, 2'],
    ['passed', 'yes'],
  ]);
});

it('shows a detail that is no JSON as it is', () => {
  expect(readDetail('set by hand')).toEqual([['', 'set by hand']]);
});

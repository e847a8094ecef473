import { expect, it } from 'vitest';
import { currentRollout, decisionText, findingText } from './rollouts';

it('tells a finding with its interval, limit and samples, and leaves out what is not known', () => {
  expect(
    findingText({ criterion: 'errors', estimate: 0.0123456, lower: 0.001, upper: 0.03, limit: 0.05, samples: 400 }),
  ).toBe('errors 0.0123 (0.001 to 0.03, limit 0.05, 400 samples)');
  expect(findingText({ criterion: 'latency', estimate: null })).toBe('latency');
});

it('tells with a decision the findings that its reason does not tell', () => {
  const findings = [
    { criterion: 'error_rate', estimate: 0.4 },
    { criterion: 'latency', estimate: 0.01 },
  ];

  expect(decisionText({ reason: 'Rolled back: error_rate 0.4.', findings })).toBe(
    'Rolled back: error_rate 0.4. Besides: latency 0.01',
  );
  expect(decisionText({ reason: 'Step 1 of 3 began: 5 %.', findings: [] })).toBe('Step 1 of 3 began: 5 %.');
});

it('shows the rollout that runs before a later one that is over', () => {
  const rollouts = [
    { name: 'c', endpoint: 'other', status: 'Running' },
    { name: 'b', endpoint: 'flights', status: 'Aborted' },
    { name: 'a', endpoint: 'flights', status: 'Paused' },
  ];

  expect(currentRollout(rollouts, 'flights')?.name).toBe('a');
  expect(currentRollout(rollouts.slice(0, 2), 'flights')?.name).toBe('b');
  expect(currentRollout(rollouts, 'nobody')).toBeUndefined();
});

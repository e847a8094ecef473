import { expect, it } from 'vitest';
import { shares } from './shares';

it('names the deployments that get live requests with their models, the greatest share first', () => {
  const deployments = [
    { name: 'blue', model: 'late', modelVersion: 3 },
    { name: 'green', model: 'late', modelVersion: 4 },
  ];

  expect(shares({ blue: 10, green: 90, old: 0 }, deployments)).toEqual([
    { deployment: 'green', percent: 90, model: 'late version 4' },
    { deployment: 'blue', percent: 10, model: 'late version 3' },
  ]);
});

import { describe, expect, it } from 'vitest';
import { nameOfExperiment } from './experimentNames';

const known = [
  { id: '0', name: 'Default' },
  { id: '3', name: 'team/fraud' },
  { id: '4', name: '0' },
];

describe('what an experiment is called', () => {
  it('is its name when it is asked for by its number', () => {
    expect(nameOfExperiment(known, '3')).toBe('team/fraud');
  });

  it('is a name before it is a number', () => {
    expect(nameOfExperiment(known, '0')).toBe('0');
  });

  it('is what it is asked for by when it is not known', () => {
    expect(nameOfExperiment(known, '99')).toBe('99');
  });
});

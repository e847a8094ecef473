import { describe, expect, it } from 'vitest';
import { count, formatBytes, formatFigure } from './numbers';

describe('a figure', () => {
  it.each([
    [0.712344, '0.71234'],
    [478000, '478,000'],
    [0, '0'],
    [-3.5, '-3.5'],
    [0.00000015, '1.50e-7'],
    [4.2e15, '4.20e15'],
    ['NaN', 'NaN'],
    ['-Infinity', '-Infinity'],
    [null, '–'],
    [undefined, '–'],
  ] as const)('%s is written %s', (figure, written) => {
    expect(formatFigure(figure)).toBe(written);
  });

  it('of bytes is written in the unit that keeps it short', () => {
    expect([0, 999, 1000, 25_400, 3_140_000_000].map(formatBytes)).toEqual([
      '0 B',
      '999 B',
      '1.0 kB',
      '25 kB',
      '3.1 GB',
    ]);
  });

  it('of one thing is singular', () => {
    expect([count(1, 'input'), count(2, 'input'), count(0, 'entry', 'entries')]).toEqual([
      '1 input',
      '2 inputs',
      '0 entries',
    ]);
  });
});

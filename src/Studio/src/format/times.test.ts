import { describe, expect, it } from 'vitest';
import { durationOf, formatAgo, formatDuration, formatTime } from './times';

const now = Date.parse('2001-06-01T12:00:00Z');

describe('a time', () => {
  it.each([
    ['2001-06-01T11:59:59.700Z', 'just now'],
    ['2001-06-01T11:59:30Z', '30 seconds ago'],
    ['2001-06-01T10:01:00Z', '1 hour ago'],
    ['2001-05-31T11:00:00Z', 'yesterday'],
    ['2001-06-03T12:00:00Z', 'in 2 days'],
  ])('%s is %s', (time, words) => {
    expect(formatAgo(time, now)).toBe(words);
  });

  it('is shown in UTC, whatever the zone of the browser', () => {
    expect(formatTime('2001-06-01T14:05:09+02:00')).toBe('1 Jun 2001, 12:05:09 UTC');
  });
});

describe('a duration', () => {
  it.each([
    [-5, '0 ms'],
    [420, '420 ms'],
    [1234, '1.2 s'],
    [185_000, '3 min 5 s'],
    [7_800_000, '2 h 10 min'],
  ])('of %d ms is %s', (milliseconds, words) => {
    expect(formatDuration(milliseconds)).toBe(words);
  });

  it('runs until now while there is no end, and is unknown without a beginning', () => {
    expect(durationOf('2001-06-01T11:58:00Z', null, now)).toBe('2 min 0 s');
    expect(durationOf(null, null, now)).toBe('–');
  });
});

import { expect, it } from 'vitest';
import { seriesChart, type Series } from './seriesChart';

const point = (step: number, time: string, value: Series['points'][number]['value']) => ({ step, time, value });

it('goes by step, and leaves a gap where the value is no number', () => {
  const chart = seriesChart([
    { key: 'loss', points: [point(0, '2001-01-01T00:00:00Z', 0.9), point(1, '2001-01-01T00:00:01Z', 'NaN')] },
  ]);

  expect(chart.xAxis).toMatchObject({ type: 'value', name: 'step' });
  expect(chart.series).toMatchObject([{ name: 'loss', data: [[0, 0.9], [1, null]] }]); // prettier-ignore
});

it('goes by time when all was logged without steps', () => {
  const chart = seriesChart([
    { key: 'load', points: [point(0, '2001-01-01T00:00:00Z', 1), point(0, '2001-01-01T00:00:01Z', 2)] },
  ]);

  expect(chart.xAxis).toMatchObject({ type: 'time' });
  expect(chart.series).toMatchObject([{ data: [[978307200000, 1], [978307201000, 2]] }]); // prettier-ignore
});

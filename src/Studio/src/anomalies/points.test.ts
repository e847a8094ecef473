import { expect, it } from 'vitest';
import { pointsChart, seriesOf } from './points';

const point = (hour: number, value: number, verdict = 'ok', subject = '') => ({
  subject,
  at: `2026-01-01T0${hour}:00:00Z`,
  value,
  expected: 5,
  low: 3 as number | null,
  high: 7 as number | null,
  verdict,
  violates: value < 3 || value > 7,
});

const time = (hour: number) => Date.parse(`2026-01-01T0${hour}:00:00Z`);

const namesOf = (chart: ReturnType<typeof pointsChart>) =>
  (chart.series as readonly { name: string }[]).map(series => series.name);

it('draws the value in the order of time over its band, and marks the anomalies', () => {
  const chart = pointsChart([point(2, 9, 'anomaly'), point(1, 5)], '');

  expect(chart.series).toMatchObject([
    { name: 'value', data: [[time(1), 5], [time(2), 9]] }, // prettier-ignore
    { name: 'band', data: [[time(1), 3, 7, time(2), 3, 7]] },
    { name: 'expected' },
    { name: 'lowest' },
    { name: 'highest' },
    { name: 'anomaly', data: [[time(2), 9]] },
  ]);
});

it('tells a single point that is off from an anomaly', () => {
  expect(namesOf(pointsChart([point(1, 9, 'ok'), point(2, 9, 'anomaly')], ''))).toEqual(
    expect.arrayContaining(['off', 'anomaly']),
  );
});

it('draws one limit as a line where there is no band', () => {
  const chart = pointsChart([{ ...point(1, 5), low: null, expected: null }], '');

  expect(namesOf(chart)).toEqual(['value', 'band', 'highest']);
  expect(chart.series).toMatchObject([{}, { data: [] }, {}]);
});

it('leaves a gap in the band while too little is known', () => {
  const unknown = { ...point(2, 5, 'unknown'), expected: null, low: null, high: null };

  expect(pointsChart([point(1, 5), unknown, point(3, 5), point(4, 5)], '').series).toMatchObject([
    {},
    { data: [[time(3), 3, 7, time(4), 3, 7]] },
    {},
    {},
    {},
  ]);
});

it('offers first the series with the most anomalies, and draws each by itself', () => {
  const points = [point(1, 5, 'ok', 'host=a'), point(1, 9, 'anomaly', 'host=b')];

  expect(seriesOf(points)).toEqual(['host=b', 'host=a']);
  expect(pointsChart(points, 'host=a').series).toMatchObject([{ data: [[time(1), 5]] }, {}, {}, {}, {}]);
});

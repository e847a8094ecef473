import { expect, it } from 'vitest';
import { figureChart, groupsOf } from './figures';

const metric = (feature: string | null, value: number | null, threshold: number | null = 0.2) => ({
  signal: 'inputs',
  feature,
  segment: null as string | null,
  name: 'psi',
  value,
  adjusted: null,
  low: null,
  high: null,
  threshold,
  crossed: value !== null && threshold !== null && value > threshold,
  verdict: 'good',
});

const run = (day: number, ...metrics: ReturnType<typeof metric>[]) => ({
  from: `2001-01-0${day}T00:00:00Z`,
  to: `2001-01-0${day + 1}T00:00:00Z`,
  metrics,
});

it('draws a line for each feature in the order of time, and the limit that they share', () => {
  const chart = figureChart([run(2, metric('origin', 0.3)), run(1, metric('origin', 0.1))], 'inputs · psi');

  expect(chart.series).toMatchObject([
    { name: 'origin', data: [[Date.parse('2001-01-02'), 0.1], [Date.parse('2001-01-03'), 0.3]] }, // prettier-ignore
    { name: 'limit', data: [[Date.parse('2001-01-02'), 0.2], [Date.parse('2001-01-03'), 0.2]] }, // prettier-ignore
  ]);
});

it('keeps the segments of a feature apart', () => {
  const late = { ...metric('origin', 0.3), segment: 'carrier = AA' };

  const chart = figureChart([run(1, metric('origin', 0.1), late)], 'inputs · psi');

  expect(chart.series).toMatchObject([{ name: 'origin · carrier = AA' }, { name: 'origin' }, {}]);
});

it('draws no limit where the features have different ones', () => {
  const chart = figureChart([run(1, metric('a', 0.1, 0.2), metric('b', 0.1, 0.4))], 'inputs · psi');

  expect(chart.series).toMatchObject([{ name: 'a' }, { name: 'b' }]);
});

it('leaves a gap in a window that gave the figure no value', () => {
  const chart = figureChart([run(1, metric('a', null))], 'inputs · psi');

  expect(chart.series).toMatchObject([{ data: [[Date.parse('2001-01-02'), null]] }, {}]);
});

it('offers first what crossed its limit', () => {
  const well = { ...metric(null, 0.1), signal: 'answers' };

  expect(groupsOf([run(1, well, metric('a', 0.5))])).toEqual(['inputs · psi', 'answers · psi']);
});

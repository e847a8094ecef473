import { expect, it } from 'vitest';
import { figureChart, groupsOf } from './figures';

const metric = (feature: string | null, value: number | null, threshold: number | null = 0.2) => ({
  signal: 'inputs',
  feature,
  segment: null as string | null,
  name: 'psi',
  value,
  adjusted: null,
  low: null as number | null,
  high: null as number | null,
  bounds: null as string | null,
  from: null as string | null,
  to: null as string | null,
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

const auc = (value: number | null) => ({ ...metric(null, value, null), signal: 'quality', name: 'auc' });

it('draws what was measured and what was estimated without labels together, each at the window that it is of', () => {
  const late = { ...auc(0.7), from: '2000-12-31T00:00:00Z', to: '2001-01-01T00:00:00Z' };
  const estimate = { ...auc(0.8), name: 'estimated_auc' };

  const chart = figureChart([run(1, late, estimate)], 'quality · auc');

  expect(chart.series).toMatchObject([
    {
      name: 'auc, estimated',
      data: [[Date.parse('2001-01-02'), 0.8]],
      lineStyle: { type: 'dashed' },
      color: '#2886de',
    },
    { name: 'auc', data: [[Date.parse('2001-01-01'), 0.7]], color: '#2886de' },
  ]);
  expect(groupsOf([run(1, late, estimate)])).toEqual(['quality · auc']);
});

it('shades the bounds of a figure and says what they are', () => {
  const bounded = (value: number) => ({ ...auc(value), low: value - 0.1, high: value + 0.1, bounds: 'confidence' });
  const sketched = (value: number) => ({ ...bounded(value), bounds: 'error' });

  const sample = figureChart([run(1, bounded(0.7)), run(2, bounded(0.8))], 'quality · auc');
  const sketch = figureChart([run(1, sketched(0.7)), run(2, sketched(0.8))], 'quality · auc');

  expect(sample.series).toMatchObject([{ name: 'auc' }, { name: 'auc, 95 %' }]);
  expect(sketch.series).toMatchObject([{ name: 'auc' }, { name: 'auc, error bounds' }]);
});

it('shades nothing where many lines have bounds', () => {
  const segments = ['a', 'b', 'c'].map(segment => ({
    ...auc(0.7),
    segment,
    low: 0.6,
    high: 0.8,
    bounds: 'confidence',
  }));

  expect(figureChart([run(1, ...segments)], 'quality · auc').series).toHaveLength(3);
});

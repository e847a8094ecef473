import type { EChartsCoreOption } from 'echarts/core';
import type { Schemas } from '../api/client';
import { bandSeries, type BandPoint } from '../parts/bandSeries';
import { baseChart } from '../parts/baseChart';

type Run = Pick<Schemas['Monitoring.RunWire'], 'from' | 'to' | 'metrics'>;
type Metric = Run['metrics'][number];
type Line = {
  name: string;
  of: string;
  isEstimate: boolean;
  data: [time: number, value: number | null][];
  bounds: BandPoint[];
  boundsOf: string;
};

// More lines than these cannot be told apart, nor more bands.
const mostLines = 6;
const mostBands = 2;

const estimated = 'estimated_';

/** What can be drawn together: the same figure of one signal, for each feature, measured and estimated. */
export const groupOf = ({ signal, name }: { signal: string; name: string }): string =>
  `${signal} · ${isEstimate({ name }) ? name.slice(estimated.length) : name}`;

/** The groups of all runs; those that crossed a limit most often come first. */
export function groupsOf(runs: readonly Run[]): string[] {
  const crossings = new Map<string, number>();
  for (const metric of runs.flatMap(run => run.metrics)) {
    const group = groupOf(metric);
    crossings.set(group, (crossings.get(group) ?? 0) + (metric.crossed ? 1 : 0));
  }
  return [...crossings].sort(([a, often], [b, rarely]) => rarely - often || (a < b ? -1 : 1)).map(([group]) => group);
}

/**
 * A line for each feature and segment over the windows, the greatest last values first, the bounds of few lines, and the limit where all
 * have the same. What was estimated without labels is dashed, in the colour of what was measured.
 */
export function figureChart(runs: readonly Run[], group: string): EChartsCoreOption {
  const inOrder = runs.toSorted((a, b) => Date.parse(a.to) - Date.parse(b.to));
  const figures = inOrder.flatMap(run =>
    run.metrics
      .filter(metric => groupOf(metric) === group)
      .map(metric => ({ metric, time: Date.parse(metric.to ?? run.to) })),
  );
  const shown = linesOf(figures)
    .sort((a, b) => last(b) - last(a))
    .slice(0, mostLines);
  const colors = new Map([...new Set(shown.map(line => line.of))].map((of, place) => [of, baseChart.color[place]]));
  const colorOf = (line: Line) => colors.get(line.of) ?? '';
  const bounded = shown.filter(line => line.boundsOf !== '');
  return {
    ...baseChart,
    xAxis: { ...baseChart.xAxis, type: 'time' },
    series: [
      ...shown.map(line => ({
        type: 'line',
        name: line.name,
        data: line.data,
        symbolSize: 5,
        color: colorOf(line),
        ...(line.isEstimate && { lineStyle: { type: 'dashed' }, symbol: 'emptyDiamond', symbolSize: 7 }),
      })),
      ...(bounded.length <= mostBands
        ? bounded.map(line => bandSeries(`${line.name}, ${line.boundsOf}`, colorOf(line), line.bounds))
        : []),
      ...limitSeries(figures),
    ],
  };
}

const isEstimate = ({ name }: { name: string }): boolean => name.startsWith(estimated);

/** What a line is of: the feature, and the segment of the rows when it is not all of them. */
const subjectOf = (metric: Metric): string =>
  [metric.feature ?? metric.name.replace(estimated, ''), metric.segment].filter(part => part !== null).join(' · ');

function linesOf(figures: readonly { metric: Metric; time: number }[]): Line[] {
  const lines = new Map<string, Line>();
  for (const { metric, time } of figures) {
    const of = subjectOf(metric);
    const name = isEstimate(metric) ? `${of}, estimated` : of;
    const line = lines.get(name) ?? { name, of, isEstimate: isEstimate(metric), data: [], bounds: [], boundsOf: '' };
    line.data.push([time, metric.value ?? null]);
    line.bounds.push([time, metric.low ?? null, metric.high ?? null]);
    if (metric.bounds !== null) line.boundsOf = metric.bounds === 'error' ? 'error bounds' : '95 %';
    lines.set(name, line);
  }
  return [...lines.values()];
}

function limitSeries(figures: readonly { metric: Metric; time: number }[]) {
  const measured = figures.filter(({ metric }) => !isEstimate(metric));
  const limits = new Set((measured.length > 0 ? measured : figures).map(({ metric }) => metric.threshold ?? null));
  const [limit] = limits;
  if (limits.size !== 1 || typeof limit !== 'number') return [];
  const times = figures.map(({ time }) => time);
  return [
    {
      type: 'line',
      name: 'limit',
      showSymbol: false,
      color: '#c9455c',
      lineStyle: { type: 'dashed', width: 1.5 },
      data: [Math.min(...times), Math.max(...times)].map(time => [time, limit]),
    },
  ];
}

const last = ({ data }: Line): number => data.findLast(([, value]) => value !== null)?.[1] ?? Number.NEGATIVE_INFINITY;

import type { EChartsCoreOption } from 'echarts/core';
import type { Schemas } from '../api/client';
import { baseChart } from '../parts/baseChart';

type Run = Pick<Schemas['Monitoring.RunWire'], 'from' | 'to' | 'metrics'>;

// More lines than these cannot be told apart.
const mostLines = 6;

/** What can be drawn together: the same figure of one signal, for each feature. */
export const groupOf = (metric: { signal: string; name: string }): string => `${metric.signal} · ${metric.name}`;

/** A line's name: the feature, and the segment of the rows when it is not all of them. */
const lineOf = (metric: Run['metrics'][number]): string =>
  [metric.feature ?? metric.name, metric.segment].filter(part => part !== null).join(' · ');

/** The groups of all runs; those that crossed a limit most often come first. */
export function groupsOf(runs: readonly Run[]): string[] {
  const crossings = new Map<string, number>();
  for (const metric of runs.flatMap(run => run.metrics)) {
    const group = groupOf(metric);
    crossings.set(group, (crossings.get(group) ?? 0) + (metric.crossed ? 1 : 0));
  }
  return [...crossings].sort(([a, often], [b, rarely]) => rarely - often || (a < b ? -1 : 1)).map(([group]) => group);
}

/** A line for each feature and segment over the windows, the greatest last values first, and the limit where all have the same. */
export function figureChart(runs: readonly Run[], group: string): EChartsCoreOption {
  const inOrder = runs.toSorted((a, b) => Date.parse(a.to) - Date.parse(b.to));
  const lines = new Map<string, [time: number, value: number | null][]>();
  const limits = new Set<number | null>();
  for (const run of inOrder) {
    for (const metric of run.metrics.filter(candidate => groupOf(candidate) === group)) {
      const name = lineOf(metric);
      const line = lines.get(name) ?? [];
      line.push([Date.parse(run.to), metric.value ?? null]);
      lines.set(name, line);
      limits.add(metric.threshold ?? null);
    }
  }

  const shown = [...lines].sort(([, a], [, b]) => last(b) - last(a)).slice(0, mostLines);
  const [limit] = limits;
  const times = inOrder.map(run => Date.parse(run.to));
  return {
    ...baseChart,
    xAxis: { ...baseChart.xAxis, type: 'time' },
    series: [
      ...shown.map(([name, data]) => ({ type: 'line', name, data, symbolSize: 5 })),
      ...(limits.size === 1 && typeof limit === 'number'
        ? [
            {
              type: 'line',
              name: 'limit',
              showSymbol: false,
              color: '#c9455c',
              lineStyle: { type: 'dashed', width: 1.5 },
              data: [times.at(0), times.at(-1)].map(time => [time, limit]),
            },
          ]
        : []),
    ],
  };
}

const last = (line: readonly [number, number | null][]): number => line.at(-1)?.[1] ?? Number.NEGATIVE_INFINITY;

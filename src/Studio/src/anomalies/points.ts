import type { EChartsCoreOption } from 'echarts/core';
import type { Schemas } from '../api/client';
import { bandSeries } from '../parts/bandSeries';
import { baseChart } from '../parts/baseChart';

type Point = Pick<
  Schemas['Monitoring.PointWire'],
  'subject' | 'at' | 'value' | 'expected' | 'low' | 'high' | 'verdict' | 'violates'
>;

// Symbols of more points than these hide the line.
const mostSymbols = 100;

const band = '#7d8a1f';
const off = '#c9455c';

/** The series that a detector looks at; those that were anomalous most often come first. */
export function seriesOf(points: readonly Point[]): string[] {
  const anomalies = new Map<string, number>();
  for (const { subject, verdict } of points)
    anomalies.set(subject, (anomalies.get(subject) ?? 0) + (verdict === 'anomaly' ? 1 : 0));
  return [...anomalies]
    .sort(([a, often], [b, rarely]) => rarely - often || (a < b ? -1 : 1))
    .map(([subject]) => subject);
}

/** A series, the band in which it was expected, what is off, and what of that is an anomaly. */
export function pointsChart(points: readonly Point[], subject: string): EChartsCoreOption {
  const own = points
    .filter(point => point.subject === subject)
    .map(point => ({ ...point, time: Date.parse(point.at) }))
    .sort((a, b) => a.time - b.time);
  const line = (name: string, valueOf: (point: Point) => number | null) => {
    const data = own.map(point => [point.time, valueOf(point)] as const);
    return data.some(([, value]) => value !== null)
      ? [{ type: 'line', name, data, showSymbol: false, color: band, lineStyle: { type: 'dashed', width: 1 } }]
      : [];
  };
  const marks = (name: string, isMarked: (point: Point) => boolean, color: string) => {
    const data = own.filter(isMarked).map(point => [point.time, point.value]);
    return data.length > 0 ? [{ type: 'scatter', name, data, color, symbolSize: 9, z: 4 }] : [];
  };
  return {
    ...baseChart,
    xAxis: { ...baseChart.xAxis, type: 'time' },
    series: [
      {
        type: 'line',
        name: 'value',
        data: own.map(point => [point.time, point.value]),
        showSymbol: own.length <= mostSymbols,
        symbolSize: 4,
        z: 3,
      },
      bandSeries(
        'band',
        band,
        own.map(point => [point.time, point.low, point.high]),
      ),
      ...line('expected', point => point.expected),
      ...line('lowest', point => point.low),
      ...line('highest', point => point.high),
      ...marks('off', point => point.violates === true && point.verdict !== 'anomaly', '#d06a1f'),
      ...marks('anomaly', point => point.verdict === 'anomaly', off),
    ],
  };
}

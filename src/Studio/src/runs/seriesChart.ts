import type { EChartsCoreOption } from 'echarts/core';
import { toNumber, type Figure } from '../format/numbers';
import { baseChart } from '../parts/baseChart';

export type Series = { key: string; points: readonly { step: number; time: string; value: Figure }[] };

/** By step; by time when the steps say nothing, as of a run that logs without them. */
export function seriesChart(all: readonly Series[]): EChartsCoreOption {
  const hasSteps = all.some(({ points }) => new Set(points.map(point => point.step)).size > 1);
  return {
    ...baseChart,
    xAxis: hasSteps
      ? { ...baseChart.xAxis, type: 'value', name: 'step', minInterval: 1, min: 'dataMin', max: 'dataMax' }
      : { ...baseChart.xAxis, type: 'time' },
    series: all.map(({ key, points }) => ({
      type: 'line',
      name: key,
      showSymbol: points.length < 30,
      // A value that is no number leaves a gap.
      data: points.map(point => {
        const value = toNumber(point.value);
        return [hasSteps ? point.step : Date.parse(point.time), Number.isFinite(value) ? value : null];
      }),
    })),
  };
}

import type { CustomSeriesOption } from 'echarts/charts';

export type BandPoint = readonly [time: number, low: number | null, high: number | null];

type Stretch = [from: number, low: number, high: number, to: number, nextLow: number, nextHigh: number];

/** What lies between two lines, shaded; nothing where an end is not known. */
export function bandSeries(name: string, color: string, points: readonly BandPoint[]): CustomSeriesOption {
  const stretches: Stretch[] = [];
  points.forEach(([to, nextLow, nextHigh], place) => {
    const [from, low, high] = points[place - 1] ?? [to, null, null];
    if (low !== null && high !== null && nextLow !== null && nextHigh !== null)
      stretches.push([from, low, high, to, nextLow, nextHigh]);
  });
  return {
    type: 'custom',
    name,
    color,
    silent: true,
    clip: true,
    z: 1,
    encode: { x: [0, 3], y: [1, 2, 4, 5], tooltip: [] },
    tooltip: { show: false },
    data: stretches,
    renderItem: (_, api) => {
      const at = (x: number, y: number) => api.coord([api.value(x), api.value(y)]);
      return {
        type: 'polygon',
        shape: { points: [at(0, 1), at(3, 4), at(3, 5), at(0, 2)] },
        style: { fill: color, opacity: 0.18 },
      };
    },
  };
}

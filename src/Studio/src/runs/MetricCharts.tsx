import { useSuspenseQueries } from '@tanstack/react-query';
import { useMemo } from 'react';
import { api } from '../api/client';
import { LazyChart } from '../parts/LazyChart';
import { seriesChart } from './seriesChart';

export function MetricCharts({ id, keys }: { id: string; keys: readonly string[] }) {
  const series = useSuspenseQueries({
    queries: keys.map(key =>
      api.queryOptions('get', '/api/v1/runs/{id}/metrics/{key}', { params: { path: { id, key } } }),
    ),
    combine: answers => answers.map(answer => answer.data),
  });
  const option = useMemo(() => seriesChart(series), [series]);
  return <LazyChart label={`Chart of ${keys.join(', ')}`} option={option} height={320} />;
}

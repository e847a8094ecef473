import { useMemo } from 'react';
import { useSearchParams } from 'react-router';
import type { Schemas } from '../api/client';
import { Choice } from '../parts/Choice';
import { Empty } from '../parts/Empty';
import { LazyChart } from '../parts/LazyChart';
import { figureChart, groupsOf } from './figures';

export function FigureChart({ runs }: { runs: readonly Schemas['Monitoring.RunWire'][] }) {
  const [params] = useSearchParams();
  const groups = useMemo(() => groupsOf(runs), [runs]);
  const group = params.get('figure') ?? groups[0];
  const option = useMemo(() => (group === undefined ? undefined : figureChart(runs, group)), [runs, group]);
  if (group === undefined || option === undefined) return <Empty>No run of this monitor has figures yet.</Empty>;
  return (
    <>
      <Choice label="Figure" part="figure" value={group} among={groups.map(each => ({ value: each, label: each }))} />
      <LazyChart label={`Chart of ${group}`} option={option} />
    </>
  );
}

import { Select } from '@fluentui/react-components';
import { useMemo } from 'react';
import { useSearchParams } from 'react-router';
import type { Schemas } from '../api/client';
import { Empty } from '../parts/Empty';
import { LazyChart } from '../parts/LazyChart';
import { figureChart, groupsOf } from './figures';

export function FigureChart({ runs }: { runs: readonly Schemas['Monitoring.RunWire'][] }) {
  const [params, setParams] = useSearchParams();
  const groups = useMemo(() => groupsOf(runs), [runs]);
  const group = params.get('figure') ?? groups[0];
  const option = useMemo(() => (group === undefined ? undefined : figureChart(runs, group)), [runs, group]);
  if (group === undefined || option === undefined) return <Empty>No run of this monitor has figures yet.</Empty>;
  return (
    <>
      <Select
        aria-label="Figure"
        value={group}
        style={{ width: 'fit-content', marginBottom: 12 }}
        onChange={(_, { value }) => {
          const next = new URLSearchParams(params);
          next.set('figure', value);
          setParams(next, { preventScrollReset: true });
        }}
      >
        {groups.map(each => (
          <option key={each}>{each}</option>
        ))}
      </Select>
      <LazyChart label={`Chart of ${group}`} option={option} />
    </>
  );
}

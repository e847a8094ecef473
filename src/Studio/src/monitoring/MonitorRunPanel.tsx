import { useSearchParams } from 'react-router';
import type { Schemas } from '../api/client';
import { formatFigure } from '../format/numbers';
import { Grid, type Column } from '../parts/Grid';
import { Panel } from '../parts/Panel';
import { State } from '../parts/State';
import { windowText } from './windowText';

type Run = Schemas['Monitoring.RunWire'];
type Metric = Schemas['Monitoring.RunWire.Metric'];

const columns: Column<Metric>[] = [
  { name: 'Signal', show: metric => metric.signal },
  { name: 'Feature', show: metric => metric.feature },
  { name: 'Segment', show: metric => metric.segment },
  { name: 'Figure', show: metric => metric.name },
  { name: 'Value', right: true, show: metric => formatFigure(metric.value) },
  { name: 'Limit', right: true, show: metric => formatFigure(metric.threshold) },
  { name: 'State', show: metric => metric.crossed && <State state="Crossed" /> },
];

/** The figures of the run that the address names. */
export function MonitorRunPanel({ runs }: { runs: readonly Run[] }) {
  const id = useSearchParams()[0].get('run');
  const run = runs.find(candidate => candidate.id === id);
  if (run === undefined) return null;
  const crossedFirst = run.metrics.toSorted((a, b) => Number(b.crossed) - Number(a.crossed));
  return (
    <Panel title={`Figures of ${windowText(run.from, run.to)}`}>
      <Grid
        label="Figures of the run"
        columns={columns}
        rows={crossedFirst}
        keyOf={metric => `${metric.signal} ${metric.feature ?? ''} ${metric.segment ?? ''} ${metric.name}`}
      />
    </Panel>
  );
}

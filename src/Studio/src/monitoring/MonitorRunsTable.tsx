import { Link } from '@fluentui/react-components';
import { useSearchParams } from 'react-router';
import type { Schemas } from '../api/client';
import { formatFigure } from '../format/numbers';
import { Grid, type Column } from '../parts/Grid';
import { NodeLink } from '../parts/NodeLink';
import { State } from '../parts/State';
import { TextLink } from '../parts/TextLink';
import { windowText } from './windowText';

type Run = Schemas['Monitoring.RunWire'];

const reportAddress = ({ monitor, id }: Run) =>
  `/api/v1/monitors/${encodeURIComponent(monitor)}/report?run=${id}&format=html`;

export function MonitorRunsTable({ runs }: { runs: readonly Run[] }) {
  const [params] = useSearchParams();
  const address = (id: string) => {
    const next = new URLSearchParams(params);
    next.set('run', id);
    return `?${next}`;
  };
  const columns: Column<Run>[] = [
    {
      name: 'Window',
      show: run => (
        <TextLink to={address(run.id)} preventScrollReset>
          {windowText(run.from, run.to)}
        </TextLink>
      ),
    },
    { name: 'State', show: run => <State state={run.status} /> },
    { name: 'Model', show: run => (run.model ? `${run.model} version ${run.modelVersion ?? '?'}` : '') },
    { name: 'Rows', right: true, show: run => formatFigure(run.rows) },
    { name: 'Labelled', right: true, show: run => formatFigure(run.labelled) },
    { name: 'Drifted', show: run => run.drifted.join(', ') || 'nothing' },
    { name: 'Message', show: run => run.message },
    { name: 'Report', show: run => <Link href={reportAddress(run)}>page</Link> },
    { name: 'Lineage', show: run => <NodeLink node={`monitor-run:${run.id}`}>upstream</NodeLink> },
  ];
  return <Grid label="Monitor runs" columns={columns} rows={runs} keyOf={run => run.id} />;
}

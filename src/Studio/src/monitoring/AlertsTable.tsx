import { api, type Schemas } from '../api/client';
import { Ago } from '../parts/Ago';
import { Empty } from '../parts/Empty';
import { Grid, type Column } from '../parts/Grid';
import { State } from '../parts/State';
import { TextLink } from '../parts/TextLink';

type Alert = Schemas['Monitoring.ListAlerts.Item'];

const columns: Column<Alert>[] = [
  { name: 'State', show: alert => <State state={alert.status} /> },
  {
    name: 'Monitor',
    show: ({ monitor, lastRun }) => (
      <TextLink to={`/monitors/${encodeURIComponent(monitor)}?run=${lastRun}`}>{monitor}</TextLink>
    ),
  },
  { name: 'Signal', show: alert => alert.signal },
  { name: 'Why', show: alert => alert.message },
  { name: 'Opened', show: alert => <Ago time={alert.openedAt} /> },
  { name: 'Resolved', show: alert => alert.resolvedAt && <Ago time={alert.resolvedAt} /> },
];

type Props = { status?: 'open'; monitor?: string };

export function AlertsTable({ status, monitor }: Props) {
  const query = { ...(status && { status }), ...(monitor !== undefined && { monitor }) };
  const { data } = api.useSuspenseQuery('get', '/api/v1/alerts', { params: { query } });
  return data.alerts.length > 0 ? (
    <Grid label="Alerts" columns={columns} rows={data.alerts} keyOf={alert => alert.id} />
  ) : (
    <Empty>{status === 'open' ? 'No alert is open.' : 'No alert was ever raised.'}</Empty>
  );
}

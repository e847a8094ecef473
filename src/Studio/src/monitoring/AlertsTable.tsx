import { api, type Schemas } from '../api/client';
import { Ago } from '../parts/Ago';
import { Empty } from '../parts/Empty';
import { Grid, type Column } from '../parts/Grid';
import { State } from '../parts/State';
import { TextLink } from '../parts/TextLink';

type Alert = Schemas['Monitoring.AlertWire'];

const columns: Column<Alert>[] = [
  { name: 'State', show: alert => <State state={alert.status} /> },
  { name: 'Severity', show: alert => <State state={alert.severity} /> },
  { name: 'Rule', show: ({ link, rule }) => <TextLink to={link}>{rule}</TextLink> },
  { name: 'Why', show: alert => alert.message },
  { name: 'Opened', show: alert => <Ago time={alert.openedAt} /> },
  { name: 'Resolved', show: alert => alert.resolvedAt && <Ago time={alert.resolvedAt} /> },
  {
    name: 'Incident',
    show: ({ incident }) => incident && <TextLink to={`/incidents/${incident}`}>{incident.slice(-6)}</TextLink>,
  },
];

type Props = { status?: 'open'; monitor?: string; rule?: string };

export function AlertsTable({ status, monitor, rule }: Props) {
  const query = {
    ...(status && { status }),
    ...(monitor !== undefined && { monitor }),
    ...(rule !== undefined && { rule }),
  };
  const { data } = api.useSuspenseQuery('get', '/api/v1/alerts', { params: { query } });
  return data.alerts.length > 0 ? (
    <Grid label="Alerts" columns={columns} rows={data.alerts} keyOf={alert => alert.id} />
  ) : (
    <Empty>{status === 'open' ? 'No alert is open.' : 'No alert was ever raised.'}</Empty>
  );
}

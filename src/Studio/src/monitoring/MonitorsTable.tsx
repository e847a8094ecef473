import { api, type Schemas } from '../api/client';
import { Ago } from '../parts/Ago';
import { Empty } from '../parts/Empty';
import { Grid, type Column } from '../parts/Grid';
import { TextLink } from '../parts/TextLink';

type Monitor = Schemas['Monitoring.MonitorRoutes.Response'];

const columns: Column<Monitor>[] = [
  {
    name: 'Monitor',
    show: monitor => <TextLink to={`/monitors/${encodeURIComponent(monitor.name)}`}>{monitor.name}</TextLink>,
  },
  {
    name: 'Endpoint',
    show: ({ endpoint }) => <TextLink to={`/endpoints/${encodeURIComponent(endpoint)}`}>{endpoint}</TextLink>,
  },
  { name: 'Signals', show: monitor => monitor.signals.join(', ') },
  { name: 'Changed', show: monitor => <Ago time={monitor.updatedAt} /> },
];

export function MonitorsTable() {
  const { data } = api.useSuspenseQuery('get', '/api/v1/monitors');
  return data.monitors.length > 0 ? (
    <Grid label="Monitors" columns={columns} rows={data.monitors} keyOf={monitor => monitor.name} />
  ) : (
    <Empty>No endpoint is monitored yet. Declare a monitor in YAML and create it for an endpoint.</Empty>
  );
}

import { api, type Schemas } from '../api/client';
import { Ago } from '../parts/Ago';
import { Empty } from '../parts/Empty';
import { Grid, type Column } from '../parts/Grid';
import { State } from '../parts/State';
import { TextLink } from '../parts/TextLink';

type Incident = Schemas['Monitoring.IncidentWire'];

const most = 50;

const columns: Column<Incident>[] = [
  { name: 'State', show: incident => <State state={incident.status} /> },
  { name: 'Severity', show: incident => <State state={incident.severity} /> },
  { name: 'What', show: ({ id, title }) => <TextLink to={`/incidents/${id}`}>{title}</TextLink> },
  { name: 'Owner', show: incident => incident.owner },
  { name: 'Opened', show: incident => <Ago time={incident.openedAt} /> },
  { name: 'Resolved', show: incident => incident.resolvedAt && <Ago time={incident.resolvedAt} /> },
];

export function IncidentsTable() {
  const { data } = api.useSuspenseQuery('get', '/api/v1/incidents', { params: { query: { limit: most } } });
  return data.incidents.length > 0 ? (
    <Grid label="Incidents" columns={columns} rows={data.incidents} keyOf={incident => incident.id} />
  ) : (
    <Empty>There was no incident. The first alert that fires opens one.</Empty>
  );
}

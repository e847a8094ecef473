import type { Schemas } from '../api/client';
import { Ago } from '../parts/Ago';
import { Grid, type Column } from '../parts/Grid';
import { State } from '../parts/State';
import { TextLink } from '../parts/TextLink';

type Alert = Schemas['Monitoring.AlertWire'];

const columns: Column<Alert>[] = [
  { name: 'State', show: alert => <State state={alert.status} /> },
  { name: 'Rule', show: ({ rule }) => rule },
  { name: 'Why', show: alert => alert.message },
  { name: 'Opened', show: alert => <Ago time={alert.openedAt} /> },
  { name: 'Evidence', show: ({ link, evidence }) => <TextLink to={link}>{evidence}</TextLink> },
];

export function IncidentAlerts({ alerts }: { alerts: readonly Alert[] }) {
  return <Grid label="Alerts" columns={columns} rows={alerts} keyOf={alert => alert.id} />;
}

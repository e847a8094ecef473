import { api, type Schemas } from '../api/client';
import { formatTime } from '../format/times';
import { Grid, type Column } from '../parts/Grid';

type Event = Schemas['Tracking.ShowRunHistory.Event'];

const columns: Column<Event>[] = [
  { name: 'When', show: event => formatTime(event.time) },
  { name: 'What', show: event => (event.key ? `${event.act} ${event.key}` : event.act) },
  { name: 'Before', show: event => event.before ?? '' },
  { name: 'After', show: event => event.after ?? '' },
  { name: 'By', show: event => event.principal },
];

/** Who changed the run: the latest first. */
export function RunHistory({ id }: { id: string }) {
  const { data } = api.useSuspenseQuery('get', '/api/v1/runs/{id}/history', { params: { path: { id } } });
  const rows = data.events.map((event, index) => ({ ...event, index })).toReversed();
  return <Grid label="History" columns={columns} rows={rows} keyOf={event => String(event.index)} />;
}

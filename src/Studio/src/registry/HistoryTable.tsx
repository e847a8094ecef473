import { api, type Schemas } from '../api/client';
import { formatTime } from '../format/times';
import { Grid, type Column } from '../parts/Grid';
import { Numbers } from './Numbers';

type Event = Schemas['Registry.ModelEvent'];

const columns: Column<Event>[] = [
  { name: 'When', show: event => formatTime(event.time) },
  { name: 'What', show: event => event.act },
  { name: 'Version', show: event => event.number ?? '' },
  { name: 'Why', show: event => event.reason },
  { name: 'By', show: event => event.principal },
];

const numbers: Column<Event> = { name: 'Numbers', show: event => event.detail && <Numbers json={event.detail} /> };

/** Who served when, and why: the latest first. */
export function HistoryTable({ model }: { model: string }) {
  const { data } = api.useSuspenseQuery('get', '/api/v1/models/{model}/history', { params: { path: { model } } });
  const rows = data.events.map((event, index) => ({ ...event, index })).toReversed();
  return (
    <Grid
      label="History"
      columns={rows.some(event => event.detail) ? [...columns, numbers] : columns}
      rows={rows}
      keyOf={event => String(event.index)}
    />
  );
}

import { api, type Schemas } from '../api/client';
import { Ago } from '../parts/Ago';
import { Empty } from '../parts/Empty';
import { Grid, type Column } from '../parts/Grid';
import { State } from '../parts/State';
import { TextLink } from '../parts/TextLink';
import { newestFirst, orderText } from '../runs/ordering';

type Run = Schemas['Tracking.RunView'];

const columns: Column<Run>[] = [
  { name: 'Run', show: run => <TextLink to={`/runs/${run.id}`}>{run.name || run.id}</TextLink> },
  { name: 'State', show: run => <State state={run.status} /> },
  { name: 'Started', show: run => <Ago time={run.startedAt} /> },
];

export function RecentRuns() {
  const query = { limit: 6, orderBy: [orderText(newestFirst)] };
  const { data } = api.useSuspenseQuery('get', '/api/v1/runs', { params: { query } });
  return data.runs.length > 0 ? (
    <Grid label="Last runs" columns={columns} rows={data.runs} keyOf={run => run.id} />
  ) : (
    <Empty>No run was tracked yet.</Empty>
  );
}

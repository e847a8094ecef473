import { api, type Schemas } from '../api/client';
import { isOver, lookAgain } from '../jobs/jobState';
import { Ago } from '../parts/Ago';
import { Empty } from '../parts/Empty';
import { Grid, type Column } from '../parts/Grid';
import { State } from '../parts/State';
import { TextLink } from '../parts/TextLink';

type Job = Schemas['Jobs.JobWire'];

const columns: Column<Job>[] = [
  {
    name: 'Job',
    show: job => <TextLink to={`/jobs/${encodeURIComponent(job.name)}`}>{job.displayName ?? job.name}</TextLink>,
  },
  { name: 'State', show: job => <State state={job.status} /> },
  { name: 'Created', show: job => <Ago time={job.createdAt} /> },
];

export function RecentJobs() {
  const { data } = api.useSuspenseQuery(
    'get',
    '/api/v1/jobs',
    { params: { query: { limit: 6 } } },
    { refetchInterval: found => lookAgain(found.state.data?.jobs.some(job => !isOver(job.status)) ?? false) },
  );
  return data.jobs.length > 0 ? (
    <Grid label="Last jobs" columns={columns} rows={data.jobs} keyOf={job => job.name} />
  ) : (
    <Empty>No job was submitted yet.</Empty>
  );
}

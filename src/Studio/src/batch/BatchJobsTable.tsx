import { api, type Schemas } from '../api/client';
import { Duration } from '../jobs/Duration';
import { isOver, lookAgain } from '../jobs/jobState';
import { Ago } from '../parts/Ago';
import { Command } from '../parts/Command';
import { Empty } from '../parts/Empty';
import { Grid, type Column } from '../parts/Grid';
import { State } from '../parts/State';
import { TextLink } from '../parts/TextLink';

type Job = Schemas['Serving.BatchJobWire'];

const columns: Column<Job>[] = [
  { name: 'Job', show: job => <TextLink to={`/jobs/${encodeURIComponent(job.name)}`}>{job.name}</TextLink> },
  { name: 'State', show: job => <State state={job.status} /> },
  { name: 'Deployment', show: job => job.deployment },
  { name: 'Took', right: true, show: job => <Duration start={job.startedAt} end={job.endedAt} /> },
  { name: 'Created', show: job => <Ago time={job.createdAt} /> },
  { name: 'Message', show: job => job.message },
];

/** The jobs that a batch endpoint started, newest first. */
export function BatchJobsTable({ endpoint }: { endpoint: string }) {
  const { data } = api.useSuspenseQuery(
    'get',
    '/api/v1/batch-endpoints/{endpoint}/jobs',
    { params: { path: { endpoint } } },
    { refetchInterval: found => lookAgain(found.state.data?.jobs.some(job => !isOver(job.status)) ?? false) },
  );
  return data.jobs.length > 0 ? (
    <Grid label="Jobs" columns={columns} rows={data.jobs} keyOf={job => job.name} />
  ) : (
    <Empty>
      Nobody invoked it yet:
      <Command>{`slipway batch-endpoint invoke --name ${endpoint} --input azureml:NAME@latest`}</Command>
    </Empty>
  );
}

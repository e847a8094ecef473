import { api, type Schemas } from '../api/client';
import { Ago } from '../parts/Ago';
import { Command } from '../parts/Command';
import { Empty } from '../parts/Empty';
import { Grid, type Column } from '../parts/Grid';
import { State } from '../parts/State';
import { TextLink } from '../parts/TextLink';
import { Duration } from './Duration';
import { isOver, lookAgain } from './jobState';

type Job = Schemas['Jobs.JobWire'];

const columns: Column<Job>[] = [
  {
    name: 'Job',
    show: job => <TextLink to={`/jobs/${encodeURIComponent(job.name)}`}>{job.displayName ?? job.name}</TextLink>,
  },
  { name: 'State', show: job => <State state={job.status} /> },
  { name: 'Type', show: job => job.type },
  {
    name: 'Experiment',
    show: job => (
      <TextLink to={`/experiments/${encodeURIComponent(job.experimentName)}`}>{job.experimentName}</TextLink>
    ),
  },
  {
    name: 'Steps',
    right: true,
    show: job => `${job.steps.filter(step => step.status === 'Completed').length} of ${job.steps.length}`,
  },
  { name: 'Took', right: true, show: job => <Duration start={job.startedAt} end={job.endedAt} /> },
  { name: 'Created', show: job => <Ago time={job.createdAt} /> },
];

export function JobsTable({ status, pageToken }: { status: string; pageToken: string }) {
  const query = { ...(status !== '' && { status }), ...(pageToken !== '' && { pageToken }) };
  const { data } = api.useSuspenseQuery(
    'get',
    '/api/v1/jobs',
    { params: { query } },
    { refetchInterval: found => lookAgain(found.state.data?.jobs.some(job => !isOver(job.status)) ?? false) },
  );
  if (data.jobs.length === 0) {
    return status === '' ? (
      <Empty>
        No job was submitted yet. Submit a pipeline:
        <Command>slipway job create --file pipeline.yml</Command>
      </Empty>
    ) : (
      <Empty>No job is in this state.</Empty>
    );
  }

  const more = new URLSearchParams({ ...query, pageToken: data.nextToken ?? '' });
  return (
    <>
      <Grid label="Jobs" columns={columns} rows={data.jobs} keyOf={job => job.name} />
      {data.nextToken && <TextLink to={`/jobs?${more}`}>Older jobs</TextLink>}
    </>
  );
}

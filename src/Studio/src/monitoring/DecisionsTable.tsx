import { useSuspenseQueries } from '@tanstack/react-query';
import { api, type Schemas } from '../api/client';
import { formatTime } from '../format/times';
import { Empty } from '../parts/Empty';
import { Grid, type Column } from '../parts/Grid';
import { NodeLink } from '../parts/NodeLink';
import { State } from '../parts/State';
import { TextLink } from '../parts/TextLink';

type Decision = Schemas['Monitoring.DecisionWire'];

const columns: Column<Decision>[] = [
  { name: 'When', show: decision => formatTime(decision.eventTime) },
  { name: 'Policy', show: decision => decision.policy },
  { name: 'Retrain', show: decision => (decision.retrain ? 'yes' : 'no') },
  { name: 'Why', show: decision => decision.error ?? decision.reason },
  {
    name: 'Challenger',
    show: ({ challenger }) =>
      challenger && (
        <>
          <State state={challenger.state} /> {challenger.told}
        </>
      ),
  },
  {
    name: 'Job',
    show: ({ job }) => job && <TextLink to={`/jobs/${encodeURIComponent(job)}`}>{job}</TextLink>,
  },
  { name: 'Lineage', show: decision => <NodeLink node={`retraining:${decision.id}`}>upstream</NodeLink> },
];

/** What the policies that listen to this monitor decided, the latest event time first. */
export function DecisionsTable({ monitor }: { monitor: string }) {
  const { data } = api.useSuspenseQuery('get', '/api/v1/retraining');
  const policies = data.policies.filter(policy => policy.monitor === monitor);
  const decisions = useSuspenseQueries({
    queries: policies.map(({ name }) =>
      api.queryOptions('get', '/api/v1/retraining/{name}/decisions', { params: { path: { name } } }),
    ),
    combine: answers =>
      answers.flatMap(answer => answer.data.items).sort((a, b) => Date.parse(b.eventTime) - Date.parse(a.eventTime)),
  });
  if (policies.length === 0) return <Empty>No retraining policy listens to this monitor.</Empty>;
  return decisions.length > 0 ? (
    <Grid label="Retraining decisions" columns={columns} rows={decisions} keyOf={decision => decision.id} />
  ) : (
    <Empty>Nothing was decided yet.</Empty>
  );
}

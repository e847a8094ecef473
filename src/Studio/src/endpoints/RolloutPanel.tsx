import { api, type Schemas } from '../api/client';
import { Ago } from '../parts/Ago';
import { Empty } from '../parts/Empty';
import { Facts } from '../parts/Facts';
import { Grid, type Column } from '../parts/Grid';
import { State } from '../parts/State';
import { currentRollout, decisionText } from './rollouts';

const refresh = 5000;

type Decision = Schemas['Serving.RolloutWire']['decisions'][number];

const columns: Column<Decision>[] = [
  { name: 'When', show: decision => <Ago time={decision.decidedAt} /> },
  { name: 'Step', right: true, show: decision => decision.step },
  { name: 'Verdict', show: decision => decision.verdict },
  { name: 'Why', show: decisionText },
  { name: 'By', show: decision => decision.decidedBy },
];

/** The rollout of an endpoint that runs, or ran last: where it stands, and what was decided on which numbers. */
export function RolloutPanel({ endpoint }: { endpoint: string }) {
  const { data } = api.useSuspenseQuery('get', '/api/v1/rollouts', {}, { refetchInterval: refresh });
  const current = currentRollout(data.rollouts, endpoint);
  return current ? (
    <RolloutDetails name={current.name} />
  ) : (
    <Empty>No rollout moved this endpoint's traffic yet.</Empty>
  );
}

function RolloutDetails({ name }: { name: string }) {
  const { data } = api.useSuspenseQuery(
    'get',
    '/api/v1/rollouts/{name}',
    { params: { path: { name } } },
    { refetchInterval: refresh },
  );
  return (
    <>
      <Facts
        facts={[
          ['Rollout', `${data.name}: from ${data.baseline} to ${data.candidate}`],
          ['State', <State key="s" state={data.status} />],
          ['Step', `${data.step} of ${data.steps}: ${data.stepIs}`],
          ['Requests of this step', `${data.requests}, ${data.errors} failed`],
          ['Message', data.message],
        ]}
      />
      {data.decisions.length > 0 && (
        <Grid
          label="Decisions"
          columns={columns}
          rows={[...data.decisions].reverse()}
          keyOf={decision => `${decision.decidedAt} ${decision.step} ${decision.verdict}`}
        />
      )}
    </>
  );
}

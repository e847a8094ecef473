import { makeStyles } from '@fluentui/react-components';
import { api } from '../api/client';
import { Duration } from '../jobs/Duration';
import { lookAgain } from '../jobs/jobState';
import { Ago } from '../parts/Ago';
import { Empty } from '../parts/Empty';
import { Facts } from '../parts/Facts';
import { NodeLink } from '../parts/NodeLink';
import { Page } from '../parts/Page';
import { Panel } from '../parts/Panel';
import { State } from '../parts/State';
import { RunHistory } from './RunHistory';
import { RunMetrics } from './RunMetrics';
import { visibleTags } from './visibleTags';

const useStyles = makeStyles({
  columns: { display: 'grid', gridTemplateColumns: 'repeat(auto-fit, minmax(min(340px, 100%), 1fr))', gap: '20px' },
});

export function RunDetails({ id }: { id: string }) {
  const styles = useStyles();
  const { data: run } = api.useSuspenseQuery(
    'get',
    '/api/v1/runs/{id}',
    { params: { path: { id } } },
    { refetchInterval: found => lookAgain(found.state.data?.status === 'RUNNING') },
  );
  const { data: known } = api.useSuspenseQuery('get', '/api/v1/experiments');
  const experiment = known.experiments.find(candidate => candidate.id === run.experimentId)?.name ?? run.experimentId;
  const tags = visibleTags(run.tags);
  const params = Object.entries(run.params);
  return (
    <Page
      title={run.name || run.id}
      above={[
        { to: '/experiments', label: 'Experiments' },
        { to: `/experiments/${encodeURIComponent(experiment)}`, label: experiment },
      ]}
      beside={<State state={run.status} />}
    >
      <div className={styles.columns}>
        <Panel title="Run">
          <Facts
            facts={[
              ['Id', run.id],
              ['By', run.user],
              ['Started', <Ago key="s" time={run.startedAt} />],
              ['Took', <Duration key="d" start={run.startedAt} end={run.endedAt} />],
              ['Read', run.inputs.map(input => `${input.name} (${input.context ?? input.sourceType})`).join(', ')],
              ['Lineage', <NodeLink key="l" node={`run:${run.id}`} />],
              ...tags,
            ]}
          />
        </Panel>
        <Panel title="Parameters">
          {params.length > 0 ? <Facts facts={params} /> : <Empty>This run has no parameters.</Empty>}
        </Panel>
      </div>
      <RunMetrics id={id} metrics={run.metrics} />
      <Panel title="History">
        <RunHistory id={id} />
      </Panel>
    </Page>
  );
}

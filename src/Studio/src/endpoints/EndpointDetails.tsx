import { api, type Schemas } from '../api/client';
import { Ago } from '../parts/Ago';
import { Empty } from '../parts/Empty';
import { Facts } from '../parts/Facts';
import { Grid, type Column } from '../parts/Grid';
import { NodeLink } from '../parts/NodeLink';
import { Page } from '../parts/Page';
import { Panel } from '../parts/Panel';
import { State } from '../parts/State';
import { TextLink } from '../parts/TextLink';
import { DeploymentNumbers } from './DeploymentNumbers';
import { Instances } from './Instances';
import { RolloutPanel } from './RolloutPanel';
import { Mirror, Traffic } from './Traffic';

type Deployment = Schemas['Serving.DeploymentRoutes.Response'];

const collecting: Record<string, string> = {
  drop: 'collected, dropped when there is no room',
  wait: 'collected, requests wait for room',
  off: 'not collected',
};

const columns: Column<Deployment>[] = [
  { name: 'Deployment', show: deployment => <strong>{deployment.name}</strong> },
  { name: 'State', show: deployment => <State state={deployment.state} /> },
  {
    name: 'Model',
    show: ({ model, modelVersion }) => (
      <TextLink to={`/models/${encodeURIComponent(model)}`}>
        {model} version {modelVersion}
      </TextLink>
    ),
  },
  { name: 'Since', show: deployment => <Ago time={deployment.createdAt} /> },
  { name: 'Message', show: deployment => deployment.message },
  {
    name: 'Lineage',
    show: ({ endpoint, name }) => <NodeLink node={`deployment:${endpoint}/${name}`}>upstream</NodeLink>,
  },
];

export function EndpointDetails({ name }: { name: string }) {
  const { data } = api.useSuspenseQuery('get', '/api/v1/online-endpoints/{endpoint}', {
    params: { path: { endpoint: name } },
  });
  return (
    <Page title={data.name} above={[{ to: '/endpoints', label: 'Endpoints' }]}>
      <Panel>
        <Facts
          facts={[
            ['Address', <code key="a">{data.scoringUri}</code>],
            ['Traffic', <Traffic key="t" endpoint={data} />],
            ['Copies', Object.keys(data.mirrorTraffic).length > 0 ? <Mirror key="m" endpoint={data} /> : undefined],
            ['Answers', collecting[data.collect] ?? data.collect],
            ['Created', <Ago key="c" time={data.createdAt} />],
          ]}
        />
      </Panel>
      <Panel title="Deployments">
        {data.deployments.length > 0 ? (
          <Grid label="Deployments" columns={columns} rows={data.deployments} keyOf={deployment => deployment.name} />
        ) : (
          <Empty>No model is deployed behind this endpoint yet.</Empty>
        )}
      </Panel>
      <Panel title="Rollout">
        <RolloutPanel endpoint={name} />
      </Panel>
      <Instances endpoint={name} />
      {data.deployments
        .filter(deployment => deployment.state === 'Succeeded')
        .map(deployment => (
          <Panel key={deployment.name} title={`${deployment.name} since it was loaded`}>
            <DeploymentNumbers endpoint={name} name={deployment.name} />
          </Panel>
        ))}
    </Page>
  );
}

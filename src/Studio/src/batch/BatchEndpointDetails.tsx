import { api, type Schemas } from '../api/client';
import { Ago } from '../parts/Ago';
import { Empty } from '../parts/Empty';
import { Facts } from '../parts/Facts';
import { Grid, type Column } from '../parts/Grid';
import { NodeLink } from '../parts/NodeLink';
import { Page } from '../parts/Page';
import { Panel } from '../parts/Panel';
import { TextLink } from '../parts/TextLink';
import { BatchJobsTable } from './BatchJobsTable';

type Deployment = Schemas['Serving.BatchDeploymentWire'];

const columns: Column<Deployment>[] = [
  { name: 'Deployment', show: deployment => <strong>{deployment.name}</strong> },
  { name: 'Runs', show: deployment => (deployment.type === 'pipeline' ? 'a pipeline' : 'a model over mini-batches') },
  {
    name: 'Model',
    show: ({ model }) => {
      const [name = '', version] = model?.split(':') ?? [];
      return (
        model && (
          <TextLink to={`/models/${encodeURIComponent(name)}`}>
            {name} version {version}
          </TextLink>
        )
      );
    },
  },
  { name: 'Since', show: deployment => <Ago time={deployment.createdAt} /> },
  {
    name: 'Lineage',
    show: ({ endpointName, name }) => <NodeLink node={`batch-deployment:${endpointName}/${name}`}>upstream</NodeLink>,
  },
];

export function BatchEndpointDetails({ name }: { name: string }) {
  const { data } = api.useSuspenseQuery('get', '/api/v1/batch-endpoints/{endpoint}', {
    params: { path: { endpoint: name } },
  });
  return (
    <Page title={data.name} above={[{ to: '/endpoints', label: 'Endpoints' }]}>
      <Panel>
        <Facts
          facts={[
            ['Address', <code key="a">{data.scoringUri}</code>],
            ['Default deployment', data.defaults.deploymentName],
            ['Description', data.description],
            ['Created', <Ago key="c" time={data.createdAt} />],
          ]}
        />
      </Panel>
      <Panel title="Deployments">
        {data.deployments.length > 0 ? (
          <Grid label="Deployments" columns={columns} rows={data.deployments} keyOf={deployment => deployment.name} />
        ) : (
          <Empty>Nothing is deployed behind this endpoint yet.</Empty>
        )}
      </Panel>
      <Panel title="Jobs">
        <BatchJobsTable endpoint={name} />
      </Panel>
    </Page>
  );
}

import { api, type Schemas } from '../api/client';
import { Ago } from '../parts/Ago';
import { Command } from '../parts/Command';
import { Empty } from '../parts/Empty';
import { Grid, type Column } from '../parts/Grid';
import { TextLink } from '../parts/TextLink';

type Endpoint = Schemas['Serving.BatchEndpointWire'];

const columns: Column<Endpoint>[] = [
  {
    name: 'Endpoint',
    show: endpoint => <TextLink to={`/batch-endpoints/${encodeURIComponent(endpoint.name)}`}>{endpoint.name}</TextLink>,
  },
  { name: 'Default', show: endpoint => endpoint.defaults.deploymentName },
  { name: 'Deployments', right: true, show: endpoint => endpoint.deployments.length },
  { name: 'Description', show: endpoint => endpoint.description },
  { name: 'Created', show: endpoint => <Ago time={endpoint.createdAt} /> },
];

export function BatchEndpointsTable() {
  const { data } = api.useSuspenseQuery('get', '/api/v1/batch-endpoints');
  return data.endpoints.length > 0 ? (
    <Grid label="Batch endpoints" columns={columns} rows={data.endpoints} keyOf={endpoint => endpoint.name} />
  ) : (
    <Empty>
      Nothing is scored by jobs yet. Create a batch endpoint:
      <Command>slipway batch-endpoint create --name nightly</Command>
    </Empty>
  );
}

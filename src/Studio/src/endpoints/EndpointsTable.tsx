import { api, type Schemas } from '../api/client';
import { Ago } from '../parts/Ago';
import { Empty } from '../parts/Empty';
import { Grid, type Column } from '../parts/Grid';
import { TextLink } from '../parts/TextLink';
import { Traffic } from './Traffic';

type Endpoint = Schemas['Serving.EndpointRoutes.Response'];

const columns: Column<Endpoint>[] = [
  {
    name: 'Endpoint',
    show: endpoint => <TextLink to={`/endpoints/${encodeURIComponent(endpoint.name)}`}>{endpoint.name}</TextLink>,
  },
  { name: 'Traffic', show: endpoint => <Traffic endpoint={endpoint} /> },
  { name: 'Deployments', right: true, show: endpoint => endpoint.deployments.length },
  { name: 'Created', show: endpoint => <Ago time={endpoint.createdAt} /> },
];

export function EndpointsTable() {
  const { data } = api.useSuspenseQuery('get', '/api/v1/online-endpoints');
  return data.endpoints.length > 0 ? (
    <Grid label="Endpoints" columns={columns} rows={data.endpoints} keyOf={endpoint => endpoint.name} />
  ) : (
    <Empty>Nothing is served yet. Create an endpoint, then a deployment of a model version behind it.</Empty>
  );
}

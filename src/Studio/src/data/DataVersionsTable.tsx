import { useSearchParams } from 'react-router';
import { api, type Schemas } from '../api/client';
import { formatBytes, formatFigure } from '../format/numbers';
import { Ago } from '../parts/Ago';
import { Grid, type Column } from '../parts/Grid';
import { NodeLink } from '../parts/NodeLink';
import { TextLink } from '../parts/TextLink';

type Version = Schemas['Lake.DataRoutes.Response'];

const columns: Column<Version>[] = [
  {
    name: 'Version',
    show: data => <TextLink to={`?version=${encodeURIComponent(data.version)}`}>{data.version}</TextLink>,
  },
  { name: 'State', show: data => (data.quarantine ? 'in quarantine' : data.labels.join(', ')) },
  { name: 'Zone', show: data => data.zone },
  { name: 'Type', show: data => data.type },
  { name: 'Rows', right: true, show: data => formatFigure(data.rows) },
  { name: 'Size', right: true, show: data => formatBytes(data.sizeBytes) },
  { name: 'Created', show: data => <Ago time={data.createdAt} /> },
  { name: 'By', show: data => data.createdBy },
  { name: 'Lineage', show: data => <NodeLink node={`data:${data.name}@${data.version}`}>upstream</NodeLink> },
];

export function DataVersionsTable({ name }: { name: string }) {
  const [params] = useSearchParams();
  const pageToken = params.get('pageToken');
  const query = pageToken === null ? {} : { pageToken };
  const { data } = api.useSuspenseQuery('get', '/api/v1/data/{name}/versions', { params: { path: { name }, query } });
  return (
    <>
      <Grid label={`Versions of ${name}`} columns={columns} rows={data.versions} keyOf={version => version.version} />
      {data.nextToken && <TextLink to={`?pageToken=${encodeURIComponent(data.nextToken)}`}>Older versions</TextLink>}
    </>
  );
}

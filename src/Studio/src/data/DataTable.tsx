import { api, type Schemas } from '../api/client';
import { formatBytes, formatFigure } from '../format/numbers';
import { Ago } from '../parts/Ago';
import { Command } from '../parts/Command';
import { Empty } from '../parts/Empty';
import { Grid, type Column } from '../parts/Grid';
import { TextLink } from '../parts/TextLink';

type Version = Schemas['Lake.DataRoutes.Response'];

const columns: Column<Version>[] = [
  { name: 'Name', show: asset => <TextLink to={`/data/${encodeURIComponent(asset.name)}`}>{asset.name}</TextLink> },
  { name: 'Latest', show: asset => asset.version },
  { name: 'Zone', show: asset => asset.zone },
  { name: 'Type', show: asset => asset.type },
  { name: 'Rows', right: true, show: asset => formatFigure(asset.rows) },
  { name: 'Size', right: true, show: asset => formatBytes(asset.sizeBytes) },
  { name: 'Created', show: asset => <Ago time={asset.createdAt} /> },
];

export function DataTable({ after }: { after: string | undefined }) {
  const query = after === undefined ? {} : { after };
  const { data } = api.useSuspenseQuery('get', '/api/v1/data', { params: { query } });
  if (data.versions.length === 0) {
    return (
      <Empty>
        There are no data assets yet. Create one from a file or folder:
        <Command>slipway data create --name flights-raw --path flights.parquet</Command>
      </Empty>
    );
  }

  return (
    <>
      <Grid label="Data assets" columns={columns} rows={data.versions} keyOf={asset => asset.name} />
      {data.nextToken && <TextLink to={`/data?after=${encodeURIComponent(data.nextToken)}`}>More assets</TextLink>}
    </>
  );
}

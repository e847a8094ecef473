import { Badge } from '@fluentui/react-components';
import { api, type Schemas } from '../api/client';
import { Ago } from '../parts/Ago';
import { Empty } from '../parts/Empty';
import { Grid, type Column } from '../parts/Grid';
import { NodeLink } from '../parts/NodeLink';
import { TextLink } from '../parts/TextLink';
import { SignatureText } from './SignatureText';

type Version = Schemas['Registry.ModelRoutes.Response'];

const columns: Column<Version>[] = [
  { name: 'Version', show: version => <strong>{version.version}</strong> },
  {
    name: 'Aliases',
    show: version =>
      version.aliases.map(alias => (
        <Badge key={alias} appearance="tint" color={alias === 'champion' ? 'brand' : 'subtle'}>
          {alias}
        </Badge>
      )),
  },
  { name: 'Kind', show: version => version.flavor },
  { name: 'Description', show: version => version.description ?? '' },
  { name: 'Takes and gives', show: version => <SignatureText signature={version.signature} /> },
  { name: 'Run', show: version => version.runId && <TextLink to={`/runs/${version.runId}`}>metrics</TextLink> },
  { name: 'Registered', show: version => <Ago time={version.createdAt} /> },
  { name: 'By', show: version => version.createdBy },
  {
    name: 'Lineage',
    show: version => <NodeLink node={`model:${version.model}@${version.version}`}>upstream</NodeLink>,
  },
];

export function VersionsTable({ model }: { model: string }) {
  const { data } = api.useSuspenseQuery('get', '/api/v1/models/{model}/versions', { params: { path: { model } } });
  const newestFirst = data.versions.toSorted((a, b) => b.version - a.version);
  return newestFirst.length > 0 ? (
    <Grid label="Versions" columns={columns} rows={newestFirst} keyOf={version => String(version.version)} />
  ) : (
    <Empty>This model has no version yet.</Empty>
  );
}

import { api, type Schemas } from '../api/client';
import { Ago } from '../parts/Ago';
import { Empty } from '../parts/Empty';
import { Grid, type Column } from '../parts/Grid';
import { TextLink } from '../parts/TextLink';
import { nameWithin, pathOfFolder } from './experimentFolders';

type Experiment = Schemas['Tracking.ListExperiments.Item'];
type Folder = Schemas['Tracking.ListExperiments.Folder'];
type Row = { label: string; to: string; folder?: Folder; experiment?: Experiment };

const columns: Column<Row>[] = [
  { name: 'Name', show: ({ to, label }) => <TextLink to={to}>{label}</TextLink> },
  {
    name: 'Holds',
    show: ({ folder }) => folder && `${folder.experiments} ${folder.experiments === 1 ? 'experiment' : 'experiments'}`,
  },
  { name: 'Id', show: ({ experiment }) => experiment?.id },
  { name: 'Created', show: ({ experiment }) => experiment && <Ago time={experiment.createdAt} /> },
  { name: 'Changed', show: ({ experiment }) => experiment && <Ago time={experiment.updatedAt} /> },
];

export function ExperimentsTable({ folder }: { folder: string }) {
  const { data } = api.useSuspenseQuery('get', '/api/v1/experiments', { params: { query: { folder } } });
  const rows: Row[] = [
    ...data.folders.map(inner => ({
      label: `${nameWithin(folder, inner.name)}/`,
      to: pathOfFolder(inner.name),
      folder: inner,
    })),
    ...data.experiments.map(experiment => ({
      label: nameWithin(folder, experiment.name),
      to: `/experiments/${encodeURIComponent(experiment.name)}`,
      experiment,
    })),
  ];
  return rows.length === 0 ? (
    <Empty>There is no experiment in this folder: those that were were renamed or deleted.</Empty>
  ) : (
    <Grid label="Experiments" columns={columns} rows={rows} keyOf={row => row.to} />
  );
}

import { api, type Schemas } from '../api/client';
import { Ago } from '../parts/Ago';
import { Grid, type Column } from '../parts/Grid';
import { TextLink } from '../parts/TextLink';

type Experiment = Schemas['Tracking.ListExperiments.Item'];

const columns: Column<Experiment>[] = [
  {
    name: 'Name',
    show: experiment => (
      <TextLink to={`/experiments/${encodeURIComponent(experiment.name)}`}>{experiment.name}</TextLink>
    ),
  },
  { name: 'Id', show: experiment => experiment.id },
  { name: 'Created', show: experiment => <Ago time={experiment.createdAt} /> },
  { name: 'Changed', show: experiment => <Ago time={experiment.updatedAt} /> },
];

export function ExperimentsTable() {
  const { data } = api.useSuspenseQuery('get', '/api/v1/experiments');
  return <Grid label="Experiments" columns={columns} rows={data.experiments} keyOf={experiment => experiment.id} />;
}

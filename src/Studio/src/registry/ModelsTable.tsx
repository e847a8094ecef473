import { Ago } from '../parts/Ago';
import { Empty } from '../parts/Empty';
import { Grid, type Column } from '../parts/Grid';
import { TextLink } from '../parts/TextLink';
import { useModels, type Model } from './useModels';

const columns: Column<Model>[] = [
  { name: 'Model', show: model => <TextLink to={`/models/${encodeURIComponent(model.name)}`}>{model.name}</TextLink> },
  { name: 'Champion', show: model => (model.champion ? `version ${model.champion.version}` : 'none yet') },
  { name: 'Versions', right: true, show: model => model.versions },
  { name: 'Kind', show: model => model.latest?.flavor },
  { name: 'Latest version', show: model => model.latest && <Ago time={model.latest.createdAt} /> },
];

export function ModelsTable() {
  const models = useModels();
  return models.length > 0 ? (
    <Grid label="Models" columns={columns} rows={models} keyOf={model => model.name} />
  ) : (
    <Empty>No model is registered yet. A training job registers one, and so does an MLflow client.</Empty>
  );
}

import { api } from '../api/client';
import { Empty } from '../parts/Empty';
import { GateCard } from './GateCard';

export function GateList({ model }: { model: string }) {
  const { data } = api.useSuspenseQuery('get', '/api/v1/models/{model}/gates', { params: { path: { model } } });
  return data.decisions.length > 0 ? (
    data.decisions.map(decision => <GateCard key={decision.id} decision={decision} />)
  ) : (
    <Empty>No gate has decided on a version of this model yet.</Empty>
  );
}

import { api, type Schemas } from '../api/client';
import { Empty } from '../parts/Empty';
import { Grid, type Column } from '../parts/Grid';
import { TextLink } from '../parts/TextLink';
import { lookAgain } from './jobState';

type Explanation = Schemas['Jobs.ExplainCache.Explanation'];

const words: Record<string, string> = { hit: 'Reused', miss: 'Computed', none: 'Not cached' };

const columns: Column<Explanation>[] = [
  { name: 'Step', show: step => step.step },
  { name: 'Outcome', show: step => words[step.outcome] ?? step.outcome },
  { name: 'Why', show: step => step.reason },
  {
    name: 'Compared with',
    show: step =>
      step.comparedWith && (
        <TextLink to={`/jobs/${encodeURIComponent(step.comparedWith)}`}>{step.comparedWith}</TextLink>
      ),
  },
];

export function CacheTable({ name, isOver }: { name: string; isOver: boolean }) {
  const { data } = api.useSuspenseQuery(
    'get',
    '/api/v1/jobs/{name}/cache',
    { params: { path: { name } } },
    { refetchInterval: lookAgain(!isOver) },
  );
  return data.steps.length > 0 ? (
    <Grid label="Cache" columns={columns} rows={data.steps} keyOf={step => step.step} />
  ) : (
    <Empty>This job has no steps.</Empty>
  );
}

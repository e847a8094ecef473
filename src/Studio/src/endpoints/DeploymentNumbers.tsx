import { api } from '../api/client';
import { formatFigure } from '../format/numbers';
import { Facts } from '../parts/Facts';

const refresh = 5000;

// What did not happen is not worth a line.
const formatCount = (count: number | undefined) => (count ? formatFigure(count) : undefined);

export function DeploymentNumbers({ endpoint, name }: { endpoint: string; name: string }) {
  const { data } = api.useSuspenseQuery(
    'get',
    '/api/v1/online-endpoints/{endpoint}/deployments/{name}/stats',
    { params: { path: { endpoint, name } } },
    { refetchInterval: refresh },
  );
  return (
    <Facts
      facts={[
        ['Requests', formatFigure(data.requests)],
        ['Rows', formatFigure(data.rows)],
        ['Refused or failed', formatFigure(data.errors)],
        ['Answered and not kept', formatFigure(data.dropped)],
        ['Left out by sampling', formatCount(data.sampledOut)],
        ['Left out by callers', formatCount(data.optedOut)],
        ['Copies answered', formatCount(data.mirrored?.requests)],
        ['Time, half of them', `${formatFigure(data.p50Milliseconds)} ms`],
        ['Time, 99 of 100', `${formatFigure(data.p99Milliseconds)} ms`],
      ]}
    />
  );
}

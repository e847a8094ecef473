import { useSearchParams } from 'react-router';
import { api } from '../api/client';
import { Empty } from '../parts/Empty';
import { Grid } from '../parts/Grid';
import { TextLink } from '../parts/TextLink';
import { orderText, parseOrder } from './ordering';
import { runColumns } from './runColumns';

type Props = { experiment: string; filter: string };

export function RunsTable({ experiment, filter }: Props) {
  const [params, setParams] = useSearchParams();
  const order = parseOrder(params.get('orderBy'));
  const pageToken = params.get('pageToken') ?? '';
  const query = {
    experiment,
    orderBy: [orderText(order)],
    ...(filter !== '' && { filter }),
    ...(pageToken !== '' && { pageToken }),
  };
  const { data } = api.useSuspenseQuery('get', '/api/v1/runs', { params: { query } });
  if (data.runs.length === 0) {
    return filter === '' ? (
      <Empty>
        No run was tracked here yet. Point an MLflow client at this server and start one, or submit a job whose
        experiment_name is {experiment}.
      </Empty>
    ) : (
      <Empty>No run of this experiment meets the filter.</Empty>
    );
  }

  const columns = runColumns(data.runs, order, next => {
    const changed = new URLSearchParams(params);
    changed.delete('pageToken');
    changed.set('orderBy', orderText(next));
    setParams(changed);
  });
  const more = new URLSearchParams(params);
  more.set('pageToken', data.nextPageToken ?? '');
  return (
    <>
      <Grid label={`Runs of ${experiment}`} columns={columns} rows={data.runs} keyOf={run => run.id} />
      {data.nextPageToken && <TextLink to={`?${more}`}>More runs</TextLink>}
    </>
  );
}

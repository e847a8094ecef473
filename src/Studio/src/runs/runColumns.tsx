import type { Schemas } from '../api/client';
import { formatFigure } from '../format/numbers';
import { Duration } from '../jobs/Duration';
import { Ago } from '../parts/Ago';
import type { Column } from '../parts/Grid';
import { State } from '../parts/State';
import { TextLink } from '../parts/TextLink';
import { clicked, commonKeys, metricField, paramField, type Order } from './ordering';

type Run = Schemas['Tracking.RunView'];

// More columns than these are read on the page of the run.
const mostMetrics = 6;
const mostParams = 4;

/** The columns of a table of these runs: the metrics and parameters that most of them have. */
export function runColumns(runs: readonly Run[], order: Order, reorder: (order: Order) => void): Column<Run>[] {
  const sort = (field: string): NonNullable<Column<Run>['sort']> => ({
    direction: order.field !== field ? undefined : order.descending ? 'descending' : 'ascending',
    toggle: () => {
      reorder(clicked(order, field));
    },
  });
  const metrics = commonKeys(
    runs.map(run => run.metrics),
    mostMetrics,
  );
  const params = commonKeys(
    runs.map(run => run.params),
    mostParams,
  );
  return [
    {
      name: 'Run',
      show: run => (
        <TextLink to={`/runs/${run.id}`} title={run.name || run.id}>
          {run.name || run.id}
        </TextLink>
      ),
      noWrap: true,
    },
    { name: 'State', show: run => <State state={run.status} /> },
    { name: 'Started', show: run => <Ago time={run.startedAt} />, sort: sort('start_time') },
    { name: 'Took', right: true, show: run => <Duration start={run.startedAt} end={run.endedAt} /> },
    ...metrics.map((key): Column<Run> => ({
      name: key,
      right: true,
      show: run => formatFigure(run.metrics[key]),
      sort: sort(metricField(key)),
    })),
    ...params.map((key): Column<Run> => ({
      name: key,
      show: run => <span title={run.params[key]}>{run.params[key] ?? '–'}</span>,
      noWrap: true,
      sort: sort(paramField(key)),
    })),
  ];
}

import { useMemo } from 'react';
import { useSearchParams } from 'react-router';
import { api } from '../api/client';
import { Choice } from '../parts/Choice';
import { Empty } from '../parts/Empty';
import { LazyChart } from '../parts/LazyChart';
import { Panel } from '../parts/Panel';
import { AnomaliesTable } from './AnomaliesTable';
import { pointsChart, seriesOf } from './points';

// A week of five minutes; the server gives the latest ones.
const most = 2016;

const nameOf = (subject: string) => (subject === '' ? 'the whole' : subject);

/** What the detector said of the last points of one series. */
export function DetectorPoints({ name }: { name: string }) {
  const [params] = useSearchParams();
  const { items } = api.useSuspenseQuery('get', '/api/v1/anomaly-detectors/{name}/points', {
    params: { path: { name }, query: { limit: most } },
  }).data;
  const series = useMemo(() => seriesOf(items), [items]);
  const asked = params.get('series');
  const subject = asked !== null && series.includes(asked) ? asked : series[0];
  const option = useMemo(() => (subject === undefined ? undefined : pointsChart(items, subject)), [items, subject]);
  if (subject === undefined || option === undefined) {
    return (
      <Panel title="Points">
        <Empty>No point was judged yet: the series has none, or the first look is to come.</Empty>
      </Panel>
    );
  }

  return (
    <>
      <Panel title="Points">
        {series.length > 1 && (
          <Choice
            label="Series"
            part="series"
            value={subject}
            among={series.map(each => ({ value: each, label: nameOf(each) }))}
          />
        )}
        <LazyChart label={`Chart of ${nameOf(subject)}`} option={option} />
      </Panel>
      <Panel title="Anomalies">
        <AnomaliesTable points={items.filter(point => point.subject === subject && point.verdict === 'anomaly')} />
      </Panel>
    </>
  );
}

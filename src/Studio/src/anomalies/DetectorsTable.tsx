import { api, type Schemas } from '../api/client';
import { Ago } from '../parts/Ago';
import { Empty } from '../parts/Empty';
import { Grid, type Column } from '../parts/Grid';
import { State } from '../parts/State';
import { TextLink } from '../parts/TextLink';

type Detector = Schemas['Monitoring.DetectorRoutes.Response'];

const columns: Column<Detector>[] = [
  {
    name: 'Detector',
    show: ({ name }) => <TextLink to={`/anomaly-detectors/${encodeURIComponent(name)}`}>{name}</TextLink>,
  },
  { name: 'Type', show: detector => detector.detector },
  { name: 'Severity', show: detector => <State state={detector.severity} /> },
  { name: 'Every', show: detector => detector.every ?? 'point' },
  { name: 'Looked', show: detector => detector.lookedAt && <Ago time={detector.lookedAt} /> },
  { name: 'Problem', show: detector => detector.error },
];

export function DetectorsTable() {
  const { data } = api.useSuspenseQuery('get', '/api/v1/anomaly-detectors');
  return data.detectors.length > 0 ? (
    <Grid label="Anomaly detectors" columns={columns} rows={data.detectors} keyOf={detector => detector.name} />
  ) : (
    <Empty>No series is watched for anomalies. Try a detector on the past by a backtest, then create it.</Empty>
  );
}

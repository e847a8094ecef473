import { api } from '../api/client';
import { Ago } from '../parts/Ago';
import { Facts } from '../parts/Facts';
import { State } from '../parts/State';

export function DetectorFacts({ name }: { name: string }) {
  const { data } = api.useSuspenseQuery('get', '/api/v1/anomaly-detectors/{name}', { params: { path: { name } } });
  return (
    <Facts
      facts={[
        ['Type', data.detector],
        ['Severity', <State key="severity" state={data.severity} />],
        ['Learns from', data.history],
        ['Looks every', data.every ?? 'point'],
        ['Alerts', data.alerts ? 'yes' : 'no'],
        ['Looked', data.lookedAt && <Ago key="looked" time={data.lookedAt} />],
        ['Problem', data.error],
      ]}
    />
  );
}

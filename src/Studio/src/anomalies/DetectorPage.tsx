import { Page } from '../parts/Page';
import { Panel } from '../parts/Panel';
import { useAddressPart } from '../parts/useAddressPart';
import { AlertsTable } from '../monitoring/AlertsTable';
import { DetectorFacts } from './DetectorFacts';
import { DetectorPoints } from './DetectorPoints';

export function DetectorPage() {
  const name = useAddressPart('name');
  return (
    <Page title={name} above={[{ to: '/monitors', label: 'Monitoring' }]}>
      <Panel title="Detector">
        <DetectorFacts name={name} />
      </Panel>
      <DetectorPoints name={name} />
      <Panel title="Alerts">
        <AlertsTable rule={`anomaly/${name}`} />
      </Panel>
    </Page>
  );
}

import { Page } from '../parts/Page';
import { Panel } from '../parts/Panel';
import { useAddressPart } from '../parts/useAddressPart';
import { AlertsTable } from './AlertsTable';
import { DecisionsTable } from './DecisionsTable';
import { MonitorDetails } from './MonitorDetails';

export function MonitorPage() {
  const name = useAddressPart('name');
  return (
    <Page title={name} above={[{ to: '/monitors', label: 'Monitoring' }]}>
      <MonitorDetails name={name} />
      <Panel title="Alerts">
        <AlertsTable monitor={name} />
      </Panel>
      <Panel title="Retraining decisions">
        <DecisionsTable monitor={name} />
      </Panel>
    </Page>
  );
}

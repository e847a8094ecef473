import { Page } from '../parts/Page';
import { Panel } from '../parts/Panel';
import { DetectorsTable } from '../anomalies/DetectorsTable';
import { AlertsTable } from './AlertsTable';
import { IncidentTimes } from '../incidents/IncidentTimes';
import { IncidentsTable } from '../incidents/IncidentsTable';
import { MonitorsTable } from './MonitorsTable';

export function MonitorsPage() {
  return (
    <Page
      title="Monitoring"
      note="What monitors found in the inputs and answers of endpoints, window by window, and what is odd in any series."
    >
      <Panel title="Monitors">
        <MonitorsTable />
      </Panel>
      <Panel title="Anomaly detectors">
        <DetectorsTable />
      </Panel>
      <Panel title="Open alerts">
        <AlertsTable status="open" />
      </Panel>
      <Panel title="Incidents" beside={<IncidentTimes />}>
        <IncidentsTable />
      </Panel>
    </Page>
  );
}

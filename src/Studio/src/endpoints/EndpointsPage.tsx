import { Page } from '../parts/Page';
import { Panel } from '../parts/Panel';
import { BatchEndpointsTable } from '../batch/BatchEndpointsTable';
import { EndpointsTable } from './EndpointsTable';

export function EndpointsPage() {
  return (
    <Page title="Endpoints" note="Stable addresses, and which model versions answer behind them.">
      <Panel title="Online">
        <EndpointsTable />
      </Panel>
      <Panel title="Batch">
        <BatchEndpointsTable />
      </Panel>
    </Page>
  );
}

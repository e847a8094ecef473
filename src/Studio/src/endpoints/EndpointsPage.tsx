import { Page } from '../parts/Page';
import { Panel } from '../parts/Panel';
import { EndpointsTable } from './EndpointsTable';

export function EndpointsPage() {
  return (
    <Page title="Endpoints" note="Stable addresses, and which model versions answer behind them.">
      <Panel>
        <EndpointsTable />
      </Panel>
    </Page>
  );
}

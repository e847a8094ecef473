import { Page } from '../parts/Page';
import { Panel } from '../parts/Panel';
import { ExperimentsTable } from './ExperimentsTable';

export function ExperimentsPage() {
  return (
    <Page title="Experiments" note="Each groups the tracked runs that answer one question.">
      <Panel>
        <ExperimentsTable />
      </Panel>
    </Page>
  );
}

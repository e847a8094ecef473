import { Page } from '../parts/Page';
import { Panel } from '../parts/Panel';
import { ModelsTable } from './ModelsTable';

export function ModelsPage() {
  return (
    <Page title="Models" note="Registered models, their champions, and how they came to serve.">
      <Panel>
        <ModelsTable />
      </Panel>
    </Page>
  );
}

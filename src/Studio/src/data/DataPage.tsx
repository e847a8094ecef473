import { useSearchParams } from 'react-router';
import { Page } from '../parts/Page';
import { Panel } from '../parts/Panel';
import { DataTable } from './DataTable';

export function DataPage() {
  const after = useSearchParams()[0].get('after') ?? undefined;
  return (
    <Page title="Data" note="Data assets of the lake with their latest versions.">
      <Panel>
        <DataTable after={after} />
      </Panel>
    </Page>
  );
}

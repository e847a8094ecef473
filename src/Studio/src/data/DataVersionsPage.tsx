import { useSearchParams } from 'react-router';
import { Page } from '../parts/Page';
import { Panel } from '../parts/Panel';
import { useAddressPart } from '../parts/useAddressPart';
import { DataVersionPanel } from './DataVersionPanel';
import { DataVersionsTable } from './DataVersionsTable';

export function DataVersionsPage() {
  const name = useAddressPart('name');
  const version = useSearchParams()[0].get('version') ?? 'latest';
  return (
    <Page title={name} above={[{ to: '/data', label: 'Data' }]}>
      <Panel title="Versions">
        <DataVersionsTable name={name} />
      </Panel>
      <DataVersionPanel key={version} name={name} version={version} />
    </Page>
  );
}

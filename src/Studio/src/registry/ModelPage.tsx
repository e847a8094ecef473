import { Tab, TabList } from '@fluentui/react-components';
import { useSearchParams } from 'react-router';
import { Page } from '../parts/Page';
import { Panel } from '../parts/Panel';
import { useAddressPart } from '../parts/useAddressPart';
import { GateList } from './GateList';
import { HistoryTable } from './HistoryTable';
import { VersionsTable } from './VersionsTable';

const views = { versions: 'Versions', history: 'History', gates: 'Gate decisions' };

export function ModelPage() {
  const model = useAddressPart('model');
  const [params, setParams] = useSearchParams();
  const view = params.get('view') ?? 'versions';
  return (
    <Page title={model} above={[{ to: '/models', label: 'Models' }]}>
      <TabList
        selectedValue={view}
        onTabSelect={(_, { value }) => {
          setParams(value === 'versions' ? {} : { view: String(value) });
        }}
      >
        {Object.entries(views).map(([value, label]) => (
          <Tab key={value} value={value}>
            {label}
          </Tab>
        ))}
      </TabList>
      <Panel key={view}>
        {view === 'history' ? (
          <HistoryTable model={model} />
        ) : view === 'gates' ? (
          <GateList model={model} />
        ) : (
          <VersionsTable model={model} />
        )}
      </Panel>
    </Page>
  );
}

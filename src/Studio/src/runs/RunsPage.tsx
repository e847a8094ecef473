import { useSearchParams } from 'react-router';
import { Page } from '../parts/Page';
import { Panel } from '../parts/Panel';
import { useAddressPart } from '../parts/useAddressPart';
import { FilterForm } from './FilterForm';
import { RunsTable } from './RunsTable';
import { useExperimentName } from './useExperimentName';

export function RunsPage() {
  const experiment = useExperimentName(useAddressPart('experiment'));
  const filter = useSearchParams()[0].get('filter') ?? '';
  return (
    <Page title={experiment} above={[{ to: '/experiments', label: 'Experiments' }]}>
      <FilterForm key={filter} filter={filter} />
      <Panel key={experiment + filter}>
        <RunsTable experiment={experiment} filter={filter} />
      </Panel>
    </Page>
  );
}

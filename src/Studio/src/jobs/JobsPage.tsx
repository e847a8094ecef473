import { useSearchParams } from 'react-router';
import { Page } from '../parts/Page';
import { Panel } from '../parts/Panel';
import { JobsTable } from './JobsTable';
import { StatusFilter } from './StatusFilter';

export function JobsPage() {
  const [params] = useSearchParams();
  const status = params.get('status') ?? '';
  return (
    <Page title="Jobs" note="Pipelines and single steps, newest first.">
      <StatusFilter status={status} />
      <Panel>
        <JobsTable status={status} pageToken={params.get('pageToken') ?? ''} />
      </Panel>
    </Page>
  );
}

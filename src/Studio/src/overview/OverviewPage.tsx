import { makeStyles } from '@fluentui/react-components';
import { EndpointsTable } from '../endpoints/EndpointsTable';
import { ModelsTable } from '../registry/ModelsTable';
import { Page } from '../parts/Page';
import { Panel } from '../parts/Panel';
import { TextLink } from '../parts/TextLink';
import { Counts } from './Counts';
import { RecentJobs } from './RecentJobs';
import { RecentRuns } from './RecentRuns';

const useStyles = makeStyles({
  columns: { display: 'grid', gridTemplateColumns: 'repeat(auto-fit, minmax(min(440px, 100%), 1fr))', gap: '20px' },
});

export function OverviewPage() {
  const styles = useStyles();
  return (
    <Page title="Overview">
      <Counts />
      <Panel title="Endpoints" beside={<TextLink to="/endpoints">All endpoints</TextLink>}>
        <EndpointsTable />
      </Panel>
      <Panel title="Models" beside={<TextLink to="/models">All models</TextLink>}>
        <ModelsTable />
      </Panel>
      <div className={styles.columns}>
        <Panel title="Last jobs" beside={<TextLink to="/jobs">All jobs</TextLink>}>
          <RecentJobs />
        </Panel>
        <Panel title="Last runs" beside={<TextLink to="/experiments">All experiments</TextLink>}>
          <RecentRuns />
        </Panel>
      </div>
    </Page>
  );
}

import { api } from '../api/client';
import { Empty } from '../parts/Empty';
import { Panel } from '../parts/Panel';
import { FigureChart } from './FigureChart';
import { MonitorRunPanel } from './MonitorRunPanel';
import { MonitorRunsTable } from './MonitorRunsTable';

// A year of days; the server gives the latest ones.
const most = 366;

export function MonitorDetails({ name }: { name: string }) {
  const { data } = api.useSuspenseQuery('get', '/api/v1/monitors/{name}/runs', {
    params: { path: { name }, query: { limit: most } },
  });
  if (data.runs.length === 0) {
    return (
      <Panel>
        <Empty>This monitor has not run yet.</Empty>
      </Panel>
    );
  }

  return (
    <>
      <Panel title="Figures">
        <FigureChart runs={data.runs} />
      </Panel>
      <MonitorRunPanel runs={data.runs} />
      <Panel title="Runs">
        <MonitorRunsTable runs={data.runs} />
      </Panel>
    </>
  );
}

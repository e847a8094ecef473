import { createBrowserRouter } from 'react-router';
import { DetectorPage } from './anomalies/DetectorPage';
import { BatchEndpointPage } from './batch/BatchEndpointPage';
import { DataPage } from './data/DataPage';
import { DataVersionsPage } from './data/DataVersionsPage';
import { EndpointPage } from './endpoints/EndpointPage';
import { EndpointsPage } from './endpoints/EndpointsPage';
import { IncidentPage } from './incidents/IncidentPage';
import { JobPage } from './jobs/JobPage';
import { JobsPage } from './jobs/JobsPage';
import { LineagePage } from './lineage/LineagePage';
import { ModelPage } from './registry/ModelPage';
import { ModelsPage } from './registry/ModelsPage';
import { MonitorPage } from './monitoring/MonitorPage';
import { MonitorsPage } from './monitoring/MonitorsPage';
import { OverviewPage } from './overview/OverviewPage';
import { ExperimentsPage } from './runs/ExperimentsPage';
import { RunPage } from './runs/RunPage';
import { RunsPage } from './runs/RunsPage';
import { Layout } from './shell/Layout';
import { NotFoundPage } from './shell/NotFoundPage';

export const router = createBrowserRouter([
  {
    element: <Layout />,
    children: [
      { index: true, element: <OverviewPage /> },
      { path: 'data', element: <DataPage /> },
      { path: 'data/:name', element: <DataVersionsPage /> },
      { path: 'experiments', element: <ExperimentsPage /> },
      { path: 'experiments/:experiment', element: <RunsPage /> },
      { path: 'runs/:id', element: <RunPage /> },
      { path: 'models', element: <ModelsPage /> },
      { path: 'models/:model', element: <ModelPage /> },
      { path: 'endpoints', element: <EndpointsPage /> },
      { path: 'endpoints/:name', element: <EndpointPage /> },
      { path: 'batch-endpoints/:name', element: <BatchEndpointPage /> },
      { path: 'jobs', element: <JobsPage /> },
      { path: 'jobs/:name', element: <JobPage /> },
      { path: 'monitors', element: <MonitorsPage /> },
      { path: 'monitors/:name', element: <MonitorPage /> },
      { path: 'anomaly-detectors/:name', element: <DetectorPage /> },
      { path: 'incidents/:id', element: <IncidentPage /> },
      { path: 'lineage', element: <LineagePage /> },
      { path: '*', element: <NotFoundPage /> },
    ],
  },
]);

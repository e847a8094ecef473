import { api, type Schemas } from '../api/client';
import { formatFigure } from '../format/numbers';
import { Ago } from '../parts/Ago';
import { Grid, type Column } from '../parts/Grid';
import { Panel } from '../parts/Panel';

type Instance = Schemas['Serving.TakeReport.Instance'];

const refresh = 5000;

// "sha256:" and as much as tells configurations apart.
const revisionLength = 15;

const columns: Column<Instance>[] = [
  { name: 'Host', show: instance => <span title={instance.name}>{instance.host}</span> },
  { name: 'Started', show: instance => <Ago time={instance.startedAt} /> },
  { name: 'Heard of', show: instance => <Ago time={instance.seenAt} /> },
  {
    name: 'Requests',
    right: true,
    show: instance => formatFigure(instance.deployments.reduce((sum, deployment) => sum + deployment.requests, 0)),
  },
  { name: 'Rows to be sent', right: true, show: instance => formatFigure(instance.waitingRows) },
  { name: 'Rows lost', right: true, show: instance => formatFigure(instance.lostRows) },
  { name: 'Configuration', show: instance => <code>{instance.revision.slice(0, revisionLength)}</code> },
];

/** The processes that answer for the endpoint away from this server; nothing where there are none. */
export function Instances({ endpoint }: { endpoint: string }) {
  const { data } = api.useSuspenseQuery(
    'get',
    '/api/v1/online-endpoints/{endpoint}/instances',
    { params: { path: { endpoint } } },
    { refetchInterval: refresh },
  );
  return data.instances.length > 0 ? (
    <Panel title="Answered elsewhere">
      <Grid label="Processes" columns={columns} rows={data.instances} keyOf={instance => instance.name} />
    </Panel>
  ) : undefined;
}

import { api } from '../api/client';
import { durationOf } from '../format/times';
import { Ago } from '../parts/Ago';
import { Facts } from '../parts/Facts';
import { Page } from '../parts/Page';
import { Panel } from '../parts/Panel';
import { State } from '../parts/State';
import { useAddressPart } from '../parts/useAddressPart';
import { useNow } from '../parts/useNow';
import { IncidentActions } from './IncidentActions';
import { IncidentAlerts } from './IncidentAlerts';
import { Timeline } from './Timeline';

export function IncidentPage() {
  const id = useAddressPart('id');
  const { data } = api.useSuspenseQuery('get', '/api/v1/incidents/{id}', { params: { path: { id } } });
  const { incident } = data;
  const now = useNow();
  return (
    <Page
      title={incident.title}
      above={[{ to: '/monitors', label: 'Monitoring' }]}
      beside={<State state={incident.status} />}
    >
      <Panel title="Incident">
        <Facts
          facts={[
            ['Severity', <State key="severity" state={incident.severity} />],
            ['Of', incident.subject],
            ['Owner', incident.owner ?? 'nobody'],
            ['Opened', <Ago key="opened" time={incident.openedAt} />],
            [
              'Acknowledged after',
              incident.acknowledgedAt && durationOf(incident.openedAt, incident.acknowledgedAt, now),
            ],
            ['Resolved after', incident.resolvedAt && durationOf(incident.openedAt, incident.resolvedAt, now)],
          ]}
        />
      </Panel>
      <Panel title="Timeline">
        <Timeline happened={data.timeline} />
        <IncidentActions id={id} status={incident.status} />
      </Panel>
      <Panel title="Alerts">
        <IncidentAlerts alerts={data.alerts} />
      </Panel>
    </Page>
  );
}

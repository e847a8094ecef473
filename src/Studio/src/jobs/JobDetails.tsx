import { useSearchParams } from 'react-router';
import { Ago } from '../parts/Ago';
import { Empty } from '../parts/Empty';
import { Facts } from '../parts/Facts';
import { NodeLink } from '../parts/NodeLink';
import { Page } from '../parts/Page';
import { Panel } from '../parts/Panel';
import { State } from '../parts/State';
import { TextLink } from '../parts/TextLink';
import { CacheTable } from './CacheTable';
import { Duration } from './Duration';
import { isOver } from './jobState';
import { LogText } from './LogText';
import { StepsTable } from './StepsTable';
import { useJob } from './useJob';

export function JobDetails({ name }: { name: string }) {
  const job = useJob(name);
  const step = useSearchParams()[0].get('step') ?? undefined;
  return (
    <Page
      title={job.displayName ?? job.name}
      above={[{ to: '/jobs', label: 'Jobs' }]}
      beside={<State state={job.status} />}
      note={job.message}
    >
      <Panel>
        <Facts
          facts={[
            ['Name', job.name],
            ['Type', job.type],
            [
              'Experiment',
              <TextLink key="e" to={`/experiments/${encodeURIComponent(job.experimentName)}`}>
                {job.experimentName}
              </TextLink>,
            ],
            [
              'Run',
              <TextLink key="r" to={`/runs/${job.runId}`}>
                {job.runId}
              </TextLink>,
            ],
            ['Submitted', <Ago key="s" time={job.createdAt} />],
            ['Took', <Duration key="d" start={job.startedAt} end={job.endedAt} />],
            ...Object.entries(job.tags).map(([key, value]) => [key, value] as const),
            ['Lineage', <NodeLink key="l" node={`job:${job.name}`} />],
          ]}
        />
      </Panel>
      <Panel title="Steps">
        {job.steps.length > 0 ? <StepsTable steps={job.steps} /> : <Empty>This job has no steps.</Empty>}
      </Panel>
      <Panel
        title={step === undefined ? 'Log' : `Log of ${step}`}
        beside={step !== undefined && <TextLink to="?">All steps</TextLink>}
      >
        <LogText key={step ?? ''} name={name} step={step} isOver={isOver(job.status)} />
      </Panel>
      <Panel title="Cache">
        <CacheTable name={name} isOver={isOver(job.status)} />
      </Panel>
    </Page>
  );
}

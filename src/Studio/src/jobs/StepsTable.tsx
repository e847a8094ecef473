import { Badge } from '@fluentui/react-components';
import type { Schemas } from '../api/client';
import { Grid, type Column } from '../parts/Grid';
import { State } from '../parts/State';
import { TextLink } from '../parts/TextLink';
import { Duration } from './Duration';
import { StepOutputs } from './StepOutputs';

type Step = Schemas['Jobs.JobWire.Step'];

const columns: Column<Step>[] = [
  { name: 'Step', show: step => <TextLink to={`?step=${encodeURIComponent(step.name)}`}>{step.name}</TextLink> },
  { name: 'Kind', show: step => step.kind },
  {
    name: 'State',
    show: step => (
      <>
        <State state={step.status} />{' '}
        {step.reused && (
          <Badge appearance="outline" color="informative">
            from the cache
          </Badge>
        )}
      </>
    ),
  },
  { name: 'Took', right: true, show: step => <Duration start={step.startedAt} end={step.endedAt} /> },
  { name: 'Outputs', show: step => <StepOutputs outputs={step.outputs} /> },
  { name: 'Run', show: step => <TextLink to={`/runs/${step.runId}`}>metrics</TextLink> },
  { name: 'Message', show: step => step.message },
];

export function StepsTable({ steps }: { steps: readonly Step[] }) {
  return <Grid label="Steps" columns={columns} rows={steps} keyOf={step => step.name} />;
}

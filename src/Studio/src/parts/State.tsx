import { Badge, type BadgeProps } from '@fluentui/react-components';
import { stateWords } from './stateWords';

const colors: Record<string, BadgeProps['color']> = {
  completed: 'success',
  finished: 'success',
  accepted: 'success',
  ready: 'success',
  resolved: 'success',
  succeeded: 'success',
  promoted: 'success',
  running: 'brand',
  training: 'brand',
  rollingout: 'brand',
  failed: 'danger',
  rejected: 'danger',
  open: 'danger',
  crossed: 'danger',
  firing: 'danger',
  critical: 'danger',
  error: 'danger',
  pending: 'warning',
  acknowledged: 'warning',
  warning: 'warning',
  nodata: 'warning',
  canceled: 'warning',
  killed: 'warning',
  cancelrequested: 'warning',
};

/** The state of a run, a job, a step, a deployment. */
export function State({ state }: { state: string }) {
  return (
    <Badge appearance="tint" color={colors[state.toLowerCase()] ?? 'subtle'}>
      {stateWords(state)}
    </Badge>
  );
}

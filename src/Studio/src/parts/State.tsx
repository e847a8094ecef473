import { Badge, type BadgeProps } from '@fluentui/react-components';

const colors: Record<string, BadgeProps['color']> = {
  completed: 'success',
  finished: 'success',
  accepted: 'success',
  ready: 'success',
  resolved: 'success',
  running: 'informative',
  failed: 'danger',
  rejected: 'danger',
  open: 'danger',
  canceled: 'warning',
  killed: 'warning',
  cancelrequested: 'warning',
};

/** "CancelRequested" and "FINISHED" both become words. */
export const stateWords = (state: string): string => {
  const words = state === state.toUpperCase() ? state : state.replace(/(?<=[a-z])(?=[A-Z])/g, ' ');
  return words.charAt(0).toUpperCase() + words.slice(1).toLowerCase();
};

/** The state of a run, a job, a step, a deployment. */
export function State({ state }: { state: string }) {
  return (
    <Badge appearance="tint" color={colors[state.toLowerCase()] ?? 'subtle'}>
      {stateWords(state)}
    </Badge>
  );
}

import { Button, MessageBar, MessageBarActions, MessageBarBody } from '@fluentui/react-components';
import { describeProblem, isNotFound } from '../api/problem';

/** In a sentence, what went wrong. */
export function ProblemBar({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  return (
    <MessageBar intent={isNotFound(error) ? 'info' : 'error'}>
      <MessageBarBody>{describeProblem(error)}</MessageBarBody>
      <MessageBarActions>
        <Button onClick={onRetry}>Try again</Button>
      </MessageBarActions>
    </MessageBar>
  );
}

import { api } from '../api/client';
import { toNumber, type Figure } from '../format/numbers';
import { formatDuration } from '../format/times';

const words = (seconds: Figure | null) => (seconds === null ? '–' : formatDuration(toNumber(seconds) * 1000));

/** Mean time to acknowledge and to resolve. */
export function IncidentTimes() {
  const { data } = api.useSuspenseQuery('get', '/api/v1/incidents/statistics');
  if (data.incidents === 0) return null;
  return (
    <span>
      {data.open} of {data.incidents} open · on average acknowledged after {words(data.meanSecondsToAcknowledge)},
      resolved after {words(data.meanSecondsToResolve)}
    </span>
  );
}

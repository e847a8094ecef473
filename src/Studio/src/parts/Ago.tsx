import { Tooltip } from '@fluentui/react-components';
import { formatAgo, formatTime } from '../format/times';
import { useNow } from './useNow';

/** When, in words; the exact time on hovering. */
export function Ago({ time }: { time: string }) {
  const now = useNow();
  return (
    <Tooltip content={formatTime(time)} relationship="description">
      <time dateTime={time} style={{ whiteSpace: 'nowrap' }}>
        {formatAgo(time, now)}
      </time>
    </Tooltip>
  );
}

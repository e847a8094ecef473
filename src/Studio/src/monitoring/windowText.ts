import { formatDay, formatTime } from '../format/times';

const isMidnight = (time: string): boolean => Date.parse(time) % 86_400_000 === 0;

/** "1 Jan 2001 – 8 Jan 2001"; with the time of day where a window does not begin and end with a day. */
export const windowText = (from: string, to: string): string =>
  isMidnight(from) && isMidnight(to)
    ? `${formatDay(from)} – ${formatDay(to)}`
    : `${formatTime(from)} – ${formatTime(to)}`;

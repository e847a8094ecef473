const units: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
];

const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
const full = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium', timeZone: 'UTC' });
const day = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeZone: 'UTC' });

/** "3 minutes ago" */
export function formatAgo(time: string, now: number): string {
  const seconds = (Date.parse(time) - now) / 1000;
  for (const [unit, size] of units) {
    if (Math.abs(seconds) >= size) return relative.format(Math.trunc(seconds / size), unit);
  }
  return 'just now';
}

/** "1 Jun 2001, 14:05:09 UTC": the server's times are UTC, and so are those that people compare with its log. */
export const formatTime = (time: string): string => `${full.format(new Date(time))} UTC`;

export const formatDay = (time: string): string => day.format(new Date(time));

/** "1.2 s", "3 min 5 s", "2 h 10 min" */
export function formatDuration(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.max(0, Math.round(milliseconds))} ms`;
  const seconds = milliseconds / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${Math.floor(seconds % 60)} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** How long something took; nothing while it has not begun, and up to now while it has not ended. */
export const durationOf = (start: string | null | undefined, end: string | null | undefined, now: number): string =>
  start ? formatDuration((end ? Date.parse(end) : now) - Date.parse(start)) : '–';

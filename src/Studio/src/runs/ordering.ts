/** How a table of runs is sorted; its text is the orderBy of the server and of the address. */
export type Order = { field: string; descending: boolean };

export const newestFirst: Order = { field: 'start_time', descending: true };

/** Any key can be sorted by: between backticks, it may have any character but a backtick. */
export const metricField = (key: string): string => `metrics.\`${key}\``;

export const paramField = (key: string): string => `params.\`${key}\``;

export const orderText = ({ field, descending }: Order): string => `${field} ${descending ? 'desc' : 'asc'}`;

export function parseOrder(text: string | null): Order {
  const match = /^(?<field>.+?) (?<direction>asc|desc)$/i.exec(text?.trim() ?? '')?.groups;
  return match?.field === undefined
    ? newestFirst
    : { field: match.field, descending: match.direction?.toLowerCase() === 'desc' };
}

/** What a click on a column's head asks for: first the greatest values, then the smallest. */
export const clicked = (order: Order, field: string): Order => ({
  field,
  descending: order.field !== field || !order.descending,
});

/** The keys that most runs have, the most frequent first; equally frequent ones by name. */
export function commonKeys(records: readonly Readonly<Record<string, unknown>>[], most: number): string[] {
  const frequency = new Map<string, number>();
  for (const key of records.flatMap(record => Object.keys(record))) frequency.set(key, (frequency.get(key) ?? 0) + 1);
  return [...frequency]
    .sort(([a, often], [b, rarely]) => rarely - often || (a < b ? -1 : 1))
    .slice(0, most)
    .map(([key]) => key);
}

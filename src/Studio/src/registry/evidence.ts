import { formatFigure } from '../format/numbers';

/** A figure of nested JSON with the way to it: ["candidate · brier", "0.1612"]. */
export type Fact = readonly [name: string, value: string];

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const text = (value: unknown): string =>
  typeof value === 'number'
    ? formatFigure(value)
    : typeof value === 'string'
      ? value
      : typeof value === 'boolean'
        ? value
          ? 'yes'
          : 'no'
        : value === null
          ? '–'
          : JSON.stringify(value);

/** Whatever a gate or an act noted, as a flat list that a person can read. */
export function flatten(value: unknown, above = ''): Fact[] {
  if (Array.isArray(value)) {
    return value.some(isRecord)
      ? value.flatMap((item, index) =>
          flatten(item, `${above === '' ? '' : `${above} · `}${nameOf(item) ?? index + 1}`),
        )
      : [[above, value.map(text).join(', ')]];
  }
  if (!isRecord(value)) return [[above, text(value)]];
  return Object.entries(value).flatMap(([key, inner]) => flatten(inner, above === '' ? key : `${above} · ${key}`));
}

const nameOf = (item: unknown): string | undefined =>
  isRecord(item) && typeof item.name === 'string' ? item.name : undefined;

/** JSON that another program wrote; text that is none is shown as it is. */
export function readDetail(json: string): Fact[] {
  try {
    return flatten(JSON.parse(json));
  } catch {
    return [['', json]];
  }
}

/** A figure as JSON carries it: what JSON has no number for comes as text. */
export type Figure = number | 'NaN' | 'Infinity' | '-Infinity';

const precise = new Intl.NumberFormat('en', { maximumSignificantDigits: 5 });
const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

export const toNumber = (figure: Figure): number => Number(figure);

/** 0.71234, 12,345, 1.5e-7: short enough for a table, precise enough to compare. */
export function formatFigure(figure: Figure | null | undefined): string {
  if (figure === null || figure === undefined) return '–';
  const value = toNumber(figure);
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e12)) return value.toExponential(2).replace('e+', 'e');
  return Number.isInteger(value) || size >= 1e5 ? whole.format(value) : precise.format(value);
}

export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];
  let size = bytes;
  let unit = 0;
  while (size >= 1000 && unit < units.length - 1) {
    size /= 1000;
    unit++;
  }
  return `${unit === 0 ? size : size.toFixed(size < 10 ? 1 : 0)} ${units[unit] ?? ''}`;
}

export const count = (number: number, one: string, many = `${one}s`): string =>
  `${whole.format(number)} ${number === 1 ? one : many}`;

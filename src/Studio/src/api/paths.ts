/**
 * Fills the parts of a path in. The key of a metric and the path of a file have slashes of their own, which the server
 * takes only as they are.
 */
export const pathOf = (path: string, parts: Record<string, unknown>): string =>
  path.replace(/\{(\w+)\}/g, (_, name: string) => String(parts[name]).split('/').map(encodeURIComponent).join('/'));

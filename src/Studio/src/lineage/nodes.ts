/** A thing in the lineage graph: kind:name or kind:name@version. */
export type LineageNode = { kind: string; name: string; version: string | undefined };

export function parseNode(text: string): LineageNode | undefined {
  const match = /^(?<kind>[a-z][a-z0-9-]{0,31}):(?<name>[^@]+?)(?:@(?<version>[^@]+))?$/.exec(text)?.groups;
  return match?.kind !== undefined && match.name !== undefined
    ? { kind: match.kind, name: match.name, version: match.version }
    : undefined;
}

export type Direction = 'upstream' | 'downstream';

export const lineagePath = (node: string, direction: Direction = 'upstream'): string => {
  const query = new URLSearchParams({ node });
  if (direction === 'downstream') query.set('direction', direction);
  return `/lineage?${query}`;
};

const pages: Record<string, (node: LineageNode) => string> = {
  data: node => `/data/${encodeURIComponent(node.name)}`,
  model: node => `/models/${encodeURIComponent(node.name)}`,
  run: node => `/runs/${encodeURIComponent(node.name)}`,
  job: node => `/jobs/${encodeURIComponent(node.name)}`,
  monitor: node => `/monitors/${encodeURIComponent(node.name)}`,
  endpoint: node => `/endpoints/${encodeURIComponent(node.name)}`,
  'batch-endpoint': node => `/batch-endpoints/${encodeURIComponent(node.name)}`,
  'batch-deployment': node => `/batch-endpoints/${encodeURIComponent(node.name.split('/')[0] ?? node.name)}`,
  deployment: node => `/endpoints/${encodeURIComponent(node.name.split('/')[0] ?? node.name)}`,
};

/** The page that tells about the thing itself; nothing for kinds that have none. */
export function pageOf(text: string): string | undefined {
  const node = parseNode(text);
  return node === undefined ? undefined : pages[node.kind]?.(node);
}

import { api } from '../api/client';
import { formatBytes } from '../format/numbers';
import { Facts } from '../parts/Facts';
import { NodeLink } from '../parts/NodeLink';
import { TreeFiles } from './TreeFiles';

export function DataVersionFacts({ name, version }: { name: string; version: string }) {
  const { data } = api.useSuspenseQuery('get', '/api/v1/data/{name}/versions/{version}', {
    params: { path: { name, version } },
  });
  const node = `data:${data.name}@${data.version}`;
  return (
    <>
      <Facts
        facts={[
          ['Version', data.version],
          ['Quarantine', data.quarantine],
          ['Labels', data.labels.join(', ')],
          ['Description', data.description],
          ['Size', formatBytes(data.sizeBytes)],
          ['Digest', <code key="tree">{data.tree}</code>],
          ...Object.entries(data.tags).map(([key, value]) => [key, value] as const),
          ['Lineage', <NodeLink key="node" node={node} />],
        ]}
      />
      <TreeFiles digest={data.tree} />
    </>
  );
}

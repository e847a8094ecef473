import { api } from '../api/client';
import { count } from '../format/numbers';
import { Empty } from '../parts/Empty';
import { LineageBranch } from './LineageBranch';
import type { Direction } from './nodes';
import { toTree } from './tree';

export function LineageTree({ node, direction }: { node: string; direction: Direction }) {
  const { data } = api.useSuspenseQuery('get', `/api/v1/lineage/${direction}`, { params: { query: { node } } });
  const tree = toTree(data.node, data.edges, direction);
  return (
    <>
      <ul style={{ listStyle: 'none', margin: 0, padding: 0 }} aria-label={count(data.edges.length, 'act')}>
        <LineageBranch branch={tree} depth={0} />
      </ul>
      {data.truncated && <Empty>There is more than a page can show; follow a node further on.</Empty>}
    </>
  );
}

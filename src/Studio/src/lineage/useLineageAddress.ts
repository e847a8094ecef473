import { useSearchParams } from 'react-router';
import type { Direction } from './nodes';

/** /lineage?node=…&direction=downstream */
export function useLineageAddress() {
  const [params, setParams] = useSearchParams();
  const direction: Direction = params.get('direction') === 'downstream' ? 'downstream' : 'upstream';
  return {
    node: params.get('node') ?? '',
    direction,
    go: (node: string, towards: Direction) => {
      setParams(towards === 'downstream' ? { node, direction: towards } : { node });
    },
  };
}

import { lineagePath } from '../lineage/nodes';
import { TextLink } from './TextLink';

/** A node of the lineage graph, which leads to what it was made from. */
export function NodeLink({ node, children }: { node: string; children?: string }) {
  return <TextLink to={lineagePath(node)}>{children ?? node}</TextLink>;
}

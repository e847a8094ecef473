import type { Direction } from './nodes';

export type Edge = { act: string; from: string; to: string; time: string; principal: string; detail?: string | null };

/** A node on a way from the root, and the act that connects it with the one above. */
export type Branch = {
  node: string;
  edge: Edge | undefined;
  /** It has branches, which are shown where the node is met first. */
  shownAbove: boolean;
  branches: Branch[];
};

/**
 * The graph as a tree from its root. A node that several ways lead to is unfolded at the nearest one only: a graph in
 * which each version is made from the one before would have as many branches as there are ways.
 */
export function toTree(root: string, edges: readonly Edge[], direction: Direction): Branch {
  const far = (edge: Edge) => (direction === 'upstream' ? edge.from : edge.to);
  const near = (edge: Edge) => (direction === 'upstream' ? edge.to : edge.from);
  const edgesOf = new Map<string, Edge[]>();
  for (const edge of edges) {
    const same = edgesOf.get(near(edge));
    if (same === undefined) edgesOf.set(near(edge), [edge]);
    else same.push(edge);
  }

  const top: Branch = { node: root, edge: undefined, shownAbove: false, branches: [] };
  const met = new Set([root]);
  // Breadth first, so that the nearest place is met first.
  for (let level = [top]; level.length > 0; level = level.flatMap(unfold)) continue;
  return top;

  function unfold(branch: Branch): Branch[] {
    const fresh: Branch[] = [];
    for (const edge of distinct(edgesOf.get(branch.node) ?? [])) {
      const known = met.has(far(edge));
      const next: Branch = { node: far(edge), edge, shownAbove: known && edgesOf.has(far(edge)), branches: [] };
      branch.branches.push(next);
      if (!known) fresh.push(next);
      met.add(next.node);
    }
    return fresh;
  }

  // An act that was repeated is shown as it was the last time.
  function distinct(same: readonly Edge[]): Edge[] {
    return [...new Map(same.map(edge => [`${edge.act} ${far(edge)}`, edge])).values()];
  }
}

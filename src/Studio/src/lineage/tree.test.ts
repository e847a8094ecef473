import { describe, expect, it } from 'vitest';
import { toTree, type Branch, type Edge } from './tree';

const edge = (from: string, to: string, act = 'made'): Edge => ({
  act,
  from,
  to,
  time: '2001-01-01T00:00:00Z',
  principal: 'local',
});

const outline = (branch: Branch): unknown =>
  branch.branches.length === 0 ? branch.node : { [branch.node]: branch.branches.map(outline) };

describe('lineage as a tree', () => {
  it('goes upstream from what was made to what it was made from', () => {
    const tree = toTree('model:m@1', [edge('run:r', 'model:m@1'), edge('data:d@1', 'run:r')], 'upstream');

    expect(outline(tree)).toEqual({ 'model:m@1': [{ 'run:r': ['data:d@1'] }] });
  });

  it('goes downstream from a cause to what came of it', () => {
    const tree = toTree('data:d@1', [edge('data:d@1', 'run:r'), edge('run:r', 'model:m@1')], 'downstream');

    expect(outline(tree)).toEqual({ 'data:d@1': [{ 'run:r': ['model:m@1'] }] });
  });

  it('unfolds a node that two ways lead to only once, at the nearer place', () => {
    const edges = [
      edge('data:d@1', 'model:m@1'),
      edge('run:r', 'model:m@1'),
      edge('data:d@1', 'run:r'),
      edge('raw:x', 'data:d@1'),
    ];
    const tree = toTree('model:m@1', edges, 'upstream');

    expect(outline(tree)).toEqual({ 'model:m@1': [{ 'data:d@1': ['raw:x'] }, { 'run:r': ['data:d@1'] }] });
    expect(tree.branches[1]?.branches[0]?.shownAbove).toBe(true);
  });

  it('ends where the graph goes round in a circle', () => {
    const tree = toTree('a:1', [edge('b:1', 'a:1'), edge('a:1', 'b:1')], 'upstream');

    expect(outline(tree)).toEqual({ 'a:1': [{ 'b:1': ['a:1'] }] });
  });

  it('shows an act that was repeated once', () => {
    const tree = toTree('a:1', [edge('b:1', 'a:1'), edge('b:1', 'a:1')], 'upstream');

    expect(tree.branches).toHaveLength(1);
  });

  it('stays small where many ways lead to the same nodes', () => {
    const layers = Array.from({ length: 30 }, (_, layer) => layer);
    const edges = layers.flatMap(layer => ['a', 'b'].flatMap(to => ['a', 'b'].map(from => edge(`${from}:${layer + 1}`, `${to}:${layer}`)))); // prettier-ignore

    const size = (branch: Branch): number => branch.branches.reduce((sum, next) => sum + size(next), 1);
    expect(size(toTree('a:0', edges, 'upstream'))).toBeLessThan(130);
  });
});

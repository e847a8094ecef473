import { Page } from '../parts/Page';
import { Panel } from '../parts/Panel';
import { Empty } from '../parts/Empty';
import { TextLink } from '../parts/TextLink';
import { LineageTree } from './LineageTree';
import { NodeForm } from './NodeForm';
import { pageOf } from './nodes';
import { useLineageAddress } from './useLineageAddress';

export function LineagePage() {
  const { node, direction } = useLineageAddress();
  const page = pageOf(node);
  return (
    <Page
      title="Lineage"
      note="What a thing was made from, and what came of it: data, runs, models, decisions, deployments, predictions."
    >
      <NodeForm key={node} />
      {node === '' ? (
        <Empty>
          Name a node to begin with, such as data:flights-raw@5, model:flights-late@3, run:… or prediction:…. Pages of
          data, models, runs and jobs lead here too.
        </Empty>
      ) : (
        <Panel
          title={direction === 'upstream' ? 'Made from' : 'What came of it'}
          beside={page && <TextLink to={page}>Open its page</TextLink>}
        >
          <LineageTree key={`${direction} ${node}`} node={node} direction={direction} />
        </Panel>
      )}
    </Page>
  );
}

import { Badge, makeStyles, mergeClasses, tokens } from '@fluentui/react-components';
import { ChevronDownRegular, ChevronRightRegular } from '@fluentui/react-icons';
import { useState } from 'react';
import { Ago } from '../parts/Ago';
import { NodeLink } from '../parts/NodeLink';
import { TextLink } from '../parts/TextLink';
import { pageOf, parseNode } from './nodes';
import type { Branch } from './tree';

// Deeper ones are unfolded by hand.
const unfoldedDepth = 4;

const useStyles = makeStyles({
  line: { display: 'flex', gap: '10px', alignItems: 'baseline', padding: '4px 0', flexWrap: 'wrap' },
  toggle: {
    border: 'none',
    background: 'none',
    padding: 0,
    width: '16px',
    color: tokens.colorNeutralForeground3,
    cursor: 'pointer',
    alignSelf: 'center',
    display: 'flex',
  },
  leaf: { visibility: 'hidden' },
  act: { color: tokens.colorNeutralForeground3, minWidth: '90px' },
  quiet: { color: tokens.colorNeutralForeground4, fontSize: tokens.fontSizeBase200 },
  branches: {
    listStyle: 'none',
    margin: '0 0 0 7px',
    padding: '0 0 0 20px',
    borderLeft: `1px solid ${tokens.colorNeutralStroke2}`,
  },
});

export function LineageBranch({ branch, depth }: { branch: Branch; depth: number }) {
  const styles = useStyles();
  const [unfolded, setUnfolded] = useState(depth < unfoldedDepth);
  const { node, edge, branches, shownAbove } = branch;
  const parsed = parseNode(node);
  const page = pageOf(node);
  const name = parsed ? `${parsed.name}${parsed.version === undefined ? '' : `@${parsed.version}`}` : node;
  return (
    <li>
      <div className={styles.line}>
        <button
          type="button"
          className={mergeClasses(styles.toggle, branches.length === 0 && styles.leaf)}
          aria-expanded={unfolded}
          aria-label={unfolded ? 'Fold' : 'Unfold'}
          onClick={() => {
            setUnfolded(!unfolded);
          }}
        >
          {unfolded ? <ChevronDownRegular /> : <ChevronRightRegular />}
        </button>
        {edge && <span className={styles.act}>{edge.act}</span>}
        {parsed && (
          <Badge appearance="tint" color="informative" style={{ alignSelf: 'center' }}>
            {parsed.kind}
          </Badge>
        )}
        {depth === 0 ? <strong>{name}</strong> : page ? <TextLink to={page}>{name}</TextLink> : <span>{name}</span>}
        {edge && (
          <span className={styles.quiet}>
            <Ago time={edge.time} /> by {edge.principal}
          </span>
        )}
        {shownAbove && <span className={styles.quiet}>as above</span>}
        {depth > 0 && <NodeLink node={node}>begin here</NodeLink>}
      </div>
      {unfolded && branches.length > 0 && (
        <ul className={styles.branches}>
          {branches.map(next => (
            <LineageBranch key={`${next.edge?.act ?? ''} ${next.node}`} branch={next} depth={depth + 1} />
          ))}
        </ul>
      )}
    </li>
  );
}

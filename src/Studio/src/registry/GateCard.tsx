import {
  Accordion,
  AccordionHeader,
  AccordionItem,
  AccordionPanel,
  makeStyles,
  tokens,
} from '@fluentui/react-components';
import type { Schemas } from '../api/client';
import { Ago } from '../parts/Ago';
import { Facts } from '../parts/Facts';
import { NodeLink } from '../parts/NodeLink';
import { State } from '../parts/State';
import { flatten } from './evidence';

const useStyles = makeStyles({
  card: { padding: '14px 0', borderBottom: `1px solid ${tokens.colorNeutralStroke2}` },
  head: { display: 'flex', gap: '12px', alignItems: 'baseline', flexWrap: 'wrap' },
  quiet: { color: tokens.colorNeutralForeground3 },
  reason: { margin: '6px 0' },
});

export function GateCard({ decision }: { decision: Schemas['Registry.ModelRoutes.Gate'] }) {
  const styles = useStyles();
  const { accepted, candidate, champion, reason, evidence, decidedAt, decidedBy, id } = decision;
  return (
    <article className={styles.card}>
      <div className={styles.head}>
        <State state={accepted ? 'Accepted' : 'Rejected'} />
        <strong>
          version {candidate}
          {champion ? ` against champion ${champion}` : ', the first'}
        </strong>
        <span className={styles.quiet}>
          <Ago time={decidedAt} /> by {decidedBy}
        </span>
        <NodeLink node={`gate:${id}`}>lineage</NodeLink>
      </div>
      <p className={styles.reason}>{reason}</p>
      <Accordion collapsible>
        <AccordionItem value="numbers">
          <AccordionHeader size="small">All numbers</AccordionHeader>
          <AccordionPanel>
            <Facts facts={flatten(evidence)} />
          </AccordionPanel>
        </AccordionItem>
      </Accordion>
    </article>
  );
}

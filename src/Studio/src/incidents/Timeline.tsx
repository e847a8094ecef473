import { makeStyles, tokens } from '@fluentui/react-components';
import type { Schemas } from '../api/client';
import { Ago } from '../parts/Ago';

type Happened = Schemas['Monitoring.IncidentDetails.Happened'];

const useStyles = makeStyles({
  list: {
    listStyleType: 'none',
    margin: 0,
    padding: '0 0 0 14px',
    borderLeft: `2px solid ${tokens.colorNeutralStroke2}`,
  },
  item: { padding: '6px 0', overflowWrap: 'anywhere' },
  head: { color: tokens.colorNeutralForeground3, display: 'flex', gap: '10px' },
  act: { color: tokens.colorNeutralForeground1, fontWeight: tokens.fontWeightSemibold },
});

/** What happened in an incident, oldest first. */
export function Timeline({ happened }: { happened: readonly Happened[] }) {
  const styles = useStyles();
  return (
    <ol className={styles.list} aria-label="Timeline">
      {happened.map(({ at, act, principal, text }, place) => (
        <li key={place} className={styles.item}>
          <div className={styles.head}>
            <span className={styles.act}>{act}</span>
            <Ago time={at} />
            <span>{principal}</span>
          </div>
          {text}
        </li>
      ))}
    </ol>
  );
}

import { makeStyles, tokens } from '@fluentui/react-components';
import type { Schemas } from '../api/client';
import { shares } from './shares';

const useStyles = makeStyles({
  line: { display: 'flex', flexDirection: 'column', gap: '5px', minWidth: '180px' },
  bar: { display: 'flex', gap: '2px', height: '6px', borderRadius: '3px', overflow: 'hidden' },
  none: { color: tokens.colorNeutralForeground3 },
});

const colors = ['#2886de', '#2e9e6b', '#d06a1f', '#9a62c9'];

type Props = { endpoint: Schemas['Serving.EndpointRoutes.Response'] };

/** Who answers how many of the live requests: "blue 90 % (flights-late 3)". */
export function Traffic({ endpoint }: Props) {
  const styles = useStyles();
  const all = shares(endpoint.traffic, endpoint.deployments);
  if (all.length === 0) return <span className={styles.none}>no live traffic</span>;
  return (
    <div className={styles.line}>
      <div className={styles.bar} aria-hidden>
        {all.map(({ deployment, percent }, index) => (
          <span key={deployment} style={{ width: `${percent}%`, backgroundColor: colors[index % colors.length] }} />
        ))}
      </div>
      {all.map(({ deployment, percent, model }) => (
        <span key={deployment}>
          {deployment} {percent} %{model !== undefined && ` · ${model}`}
        </span>
      ))}
    </div>
  );
}

/** Who gets copies of how many of the live requests, and answers nobody. */
export function Mirror({ endpoint }: Props) {
  const styles = useStyles();
  return (
    <div className={styles.line}>
      {shares(endpoint.mirrorTraffic, endpoint.deployments).map(({ deployment, percent, model }) => (
        <span key={deployment}>
          {deployment} gets copies of {percent} %{model !== undefined && ` · ${model}`}
        </span>
      ))}
    </div>
  );
}

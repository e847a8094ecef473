import { makeStyles, tokens } from '@fluentui/react-components';
import type { ReactNode } from 'react';

const useStyles = makeStyles({
  facts: {
    display: 'grid',
    gridTemplateColumns: 'fit-content(40%) 1fr',
    columnGap: '24px',
    rowGap: '7px',
    margin: 0,
    '@media (max-width: 640px)': { gridTemplateColumns: '1fr', rowGap: 0 },
  },
  name: { color: tokens.colorNeutralForeground3, overflowWrap: 'anywhere' },
  value: { margin: 0, overflowWrap: 'anywhere', minWidth: 0, '@media (max-width: 640px)': { paddingBottom: '9px' } },
});

/** Names and their values; what has no value is left out. */
export function Facts({ facts }: { facts: readonly (readonly [name: string, value: ReactNode])[] }) {
  const styles = useStyles();
  return (
    <dl className={styles.facts}>
      {facts
        .filter(([, value]) => value !== null && value !== undefined && value !== '')
        .map(([name, value]) => [
          <dt key={`${name} name`} className={styles.name}>
            {name}
          </dt>,
          <dd key={name} className={styles.value}>
            {value}
          </dd>,
        ])}
    </dl>
  );
}

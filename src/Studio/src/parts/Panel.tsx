import { makeStyles, Subtitle2, tokens } from '@fluentui/react-components';
import type { ReactNode } from 'react';
import { Boundary } from './Boundary';

const useStyles = makeStyles({
  panel: {
    backgroundColor: tokens.colorNeutralBackground1,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    borderRadius: tokens.borderRadiusXLarge,
    padding: '16px 20px 14px',
    minWidth: 0,
    overflowX: 'auto',
  },
  title: { margin: 0 },
  head: { display: 'flex', alignItems: 'center', justifyContent: 'space-between', gap: '12px', marginBottom: '10px' },
});

type Props = { title?: string; beside?: ReactNode; children: ReactNode };

/** A part of a page that loads, and fails, by itself. */
export function Panel({ title, beside, children }: Props) {
  const styles = useStyles();
  return (
    <section className={styles.panel} aria-label={title}>
      {title !== undefined && (
        <div className={styles.head}>
          <Subtitle2 as="h2" className={styles.title}>
            {title}
          </Subtitle2>
          {beside}
        </div>
      )}
      <Boundary>{children}</Boundary>
    </section>
  );
}

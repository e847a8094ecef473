import { Breadcrumb, BreadcrumbDivider, BreadcrumbItem, makeStyles, Title2, tokens } from '@fluentui/react-components';
import { useEffect, type ReactNode } from 'react';
import { TextLink } from './TextLink';

const useStyles = makeStyles({
  above: {
    display: 'block',
    maxWidth: 'min(60ch, 50vw)',
    whiteSpace: 'nowrap',
    overflow: 'hidden',
    textOverflow: 'ellipsis',
  },
  head: { display: 'flex', alignItems: 'center', gap: '14px', flexWrap: 'wrap', marginBottom: '6px' },
  title: { overflowWrap: 'anywhere', margin: '4px 0' },
  note: { color: tokens.colorNeutralForeground3, marginBottom: '20px', maxWidth: '90ch' },
  body: { display: 'flex', flexDirection: 'column', gap: '20px', marginTop: '18px' },
});

type Props = {
  title: string;
  /** Pages above this one. */
  above?: readonly { to: string; label: string }[];
  /** Beside the title: a state, an action. */
  beside?: ReactNode;
  note?: ReactNode;
  children: ReactNode;
};

export function Page({ title, above = [], beside, note, children }: Props) {
  const styles = useStyles();
  useEffect(() => {
    document.title = `${title} · Slipway`;
  }, [title]);
  return (
    <>
      {above.length > 0 && (
        <Breadcrumb size="small" aria-label="Above this page" style={{ marginLeft: -4 }}>
          {above.map(({ to, label }) => (
            <BreadcrumbItem key={to}>
              <TextLink to={to} className={styles.above} title={label}>
                {label}
              </TextLink>
              <BreadcrumbDivider />
            </BreadcrumbItem>
          ))}
        </Breadcrumb>
      )}
      <header className={styles.head}>
        <Title2 as="h1" className={styles.title}>
          {title}
        </Title2>
        {beside}
      </header>
      {note !== undefined && <div className={styles.note}>{note}</div>}
      <div className={styles.body}>{children}</div>
    </>
  );
}

import { makeStyles, tokens } from '@fluentui/react-components';
import { Link } from 'react-router';
import { formatFigure } from '../format/numbers';
import { Boundary } from '../parts/Boundary';

const useStyles = makeStyles({
  card: {
    display: 'block',
    padding: '14px 18px',
    minHeight: '56px',
    borderRadius: tokens.borderRadiusXLarge,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    backgroundColor: tokens.colorNeutralBackground1,
    color: tokens.colorNeutralForeground1,
    textDecorationLine: 'none',
    ':hover': { backgroundColor: tokens.colorNeutralBackground1Hover },
  },
  label: { color: tokens.colorNeutralForeground3 },
  number: { fontSize: tokens.fontSizeHero700, fontWeight: tokens.fontWeightSemibold, lineHeight: '1.3' },
});

type Props = { label: string; to: string; useCount: () => { number: number; isMore: boolean } };

export function CountCard({ label, to, useCount }: Props) {
  const styles = useStyles();
  return (
    <Link className={styles.card} to={to}>
      <div className={styles.label}>{label}</div>
      <Boundary>
        <Count useCount={useCount} />
      </Boundary>
    </Link>
  );
}

function Count({ useCount }: Pick<Props, 'useCount'>) {
  const { number, isMore } = useCount();
  return (
    <div className={useStyles().number}>
      {formatFigure(number)}
      {isMore && '+'}
    </div>
  );
}

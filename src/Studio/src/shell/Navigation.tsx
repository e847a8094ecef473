import { makeStyles, mergeClasses, tokens } from '@fluentui/react-components';
import {
  BeakerRegular,
  BoxRegular,
  BranchForkRegular,
  DatabaseRegular,
  DataTrendingRegular,
  HomeRegular,
  PlugConnectedRegular,
  TaskListSquareLtrRegular,
} from '@fluentui/react-icons';
import { NavLink } from 'react-router';

const pages = [
  { to: '/', label: 'Overview', Icon: HomeRegular },
  { to: '/data', label: 'Data', Icon: DatabaseRegular },
  { to: '/experiments', label: 'Experiments', Icon: BeakerRegular },
  { to: '/models', label: 'Models', Icon: BoxRegular },
  { to: '/endpoints', label: 'Endpoints', Icon: PlugConnectedRegular },
  { to: '/monitors', label: 'Monitoring', Icon: DataTrendingRegular },
  { to: '/jobs', label: 'Jobs', Icon: TaskListSquareLtrRegular },
  { to: '/lineage', label: 'Lineage', Icon: BranchForkRegular },
];

const useStyles = makeStyles({
  bar: {
    width: '208px',
    flexShrink: 0,
    display: 'flex',
    flexDirection: 'column',
    gap: '2px',
    padding: '20px 12px',
    backgroundColor: tokens.colorNeutralBackground1,
    borderRight: `1px solid ${tokens.colorNeutralStroke2}`,
    '@media (max-width: 760px)': { width: '40px', padding: '20px 6px' },
  },
  brand: {
    display: 'flex',
    alignItems: 'center',
    gap: '10px',
    padding: '0 8px 20px',
    fontSize: tokens.fontSizeBase500,
    fontWeight: tokens.fontWeightSemibold,
    '@media (max-width: 760px)': { padding: '0 6px 20px' },
  },
  link: {
    display: 'flex',
    alignItems: 'center',
    gap: '12px',
    padding: '8px 10px',
    borderRadius: tokens.borderRadiusMedium,
    color: tokens.colorNeutralForeground2,
    textDecorationLine: 'none',
    fontSize: tokens.fontSizeBase300,
    ':hover': { backgroundColor: tokens.colorNeutralBackground1Hover },
    ':focus-visible': { outline: `2px solid ${tokens.colorStrokeFocus2}` },
  },
  current: {
    backgroundColor: tokens.colorNeutralBackground1Selected,
    color: tokens.colorNeutralForeground1,
    fontWeight: tokens.fontWeightSemibold,
  },
  icon: { fontSize: '20px', flexShrink: 0 },
  label: { '@media (max-width: 760px)': { display: 'none' } },
});

export function Navigation() {
  const styles = useStyles();
  return (
    <nav className={styles.bar} aria-label="Pages">
      <div className={styles.brand}>
        <img src="/slipway.svg" width={26} height={26} alt="" />
        <span className={styles.label}>Slipway</span>
      </div>
      {pages.map(({ to, label, Icon }) => (
        <NavLink
          key={to}
          to={to}
          end={to === '/'}
          title={label}
          className={({ isActive }) => mergeClasses(styles.link, isActive && styles.current)}
        >
          <Icon className={styles.icon} />
          <span className={styles.label}>{label}</span>
        </NavLink>
      ))}
    </nav>
  );
}

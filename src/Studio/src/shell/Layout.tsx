import { makeStyles, tokens } from '@fluentui/react-components';
import { Outlet, useLocation } from 'react-router';
import { Boundary } from '../parts/Boundary';
import { Navigation } from './Navigation';

const useStyles = makeStyles({
  shell: { display: 'flex', height: '100%', backgroundColor: tokens.colorNeutralBackground2 },
  main: { flexGrow: 1, minWidth: 0, overflowY: 'auto' },
  content: {
    maxWidth: '1360px',
    margin: '0 auto',
    padding: '28px 36px 56px',
    '@media (max-width: 640px)': { padding: '20px 16px 40px' },
  },
});

export function Layout() {
  const styles = useStyles();
  const { pathname } = useLocation();
  return (
    <div className={styles.shell}>
      <Navigation />
      <main className={styles.main}>
        <div className={styles.content}>
          <Boundary key={pathname}>
            <Outlet />
          </Boundary>
        </div>
      </main>
    </div>
  );
}

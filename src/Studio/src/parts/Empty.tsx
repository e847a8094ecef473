import { makeStyles, tokens } from '@fluentui/react-components';
import type { ReactNode } from 'react';

const useStyles = makeStyles({
  empty: { padding: '8px 0 10px', color: tokens.colorNeutralForeground3, maxWidth: '72ch', lineHeight: '1.6' },
});

/** Says that there is nothing yet, and how something gets there. */
export function Empty({ children }: { children: ReactNode }) {
  return <div className={useStyles().empty}>{children}</div>;
}

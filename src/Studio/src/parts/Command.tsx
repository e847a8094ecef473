import { makeStyles, tokens } from '@fluentui/react-components';

const useStyles = makeStyles({
  command: {
    display: 'block',
    width: 'fit-content',
    marginTop: '10px',
    padding: '8px 12px',
    borderRadius: tokens.borderRadiusMedium,
    backgroundColor: tokens.colorNeutralBackground3,
    color: tokens.colorNeutralForeground1,
    fontFamily: tokens.fontFamilyMonospace,
    fontSize: tokens.fontSizeBase200,
    overflowWrap: 'anywhere',
  },
});

/** What to type into a shell. */
export function Command({ children }: { children: string }) {
  return <code className={useStyles().command}>{children}</code>;
}

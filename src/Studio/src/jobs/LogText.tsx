import { makeStyles, tokens } from '@fluentui/react-components';
import { useSuspenseQuery } from '@tanstack/react-query';
import { readLog } from '../api/client';
import { Empty } from '../parts/Empty';
import { lookAgain } from './jobState';

const useStyles = makeStyles({
  log: {
    margin: 0,
    maxHeight: '420px',
    overflow: 'auto',
    padding: '12px 14px',
    borderRadius: tokens.borderRadiusMedium,
    backgroundColor: tokens.colorNeutralBackground3,
    fontFamily: tokens.fontFamilyMonospace,
    fontSize: tokens.fontSizeBase200,
    lineHeight: '1.5',
    whiteSpace: 'pre-wrap',
    overflowWrap: 'anywhere',
  },
});

type Props = { name: string; step: string | undefined; isOver: boolean };

export function LogText({ name, step, isOver }: Props) {
  const styles = useStyles();
  const { data } = useSuspenseQuery({
    // The last lines come with the end of the job: then it is another query.
    queryKey: ['log', name, step, isOver],
    queryFn: ({ signal }) => readLog(name, step, signal),
    refetchInterval: lookAgain(!isOver),
  });
  return data === '' ? (
    <Empty>{isOver ? 'Nothing was written.' : 'Nothing was written yet.'}</Empty>
  ) : (
    <pre className={styles.log} tabIndex={0}>
      {data}
    </pre>
  );
}

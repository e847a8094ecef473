import { Link, makeStyles } from '@fluentui/react-components';
import { api, type Schemas } from '../api/client';
import { formatBytes } from '../format/numbers';
import { Empty } from '../parts/Empty';
import { Grid } from '../parts/Grid';

type File = Schemas['Lake.DownloadFile.File'];

// More would be no page any more, but a listing for programs.
const shown = 200;

const useStyles = makeStyles({ files: { marginTop: '18px' } });

const address = (digest: string, path: string) =>
  `/api/v1/content/trees/${digest}/files/${path.split('/').map(encodeURIComponent).join('/')}`;

export function TreeFiles({ digest }: { digest: string }) {
  const styles = useStyles();
  const { data } = api.useSuspenseQuery('get', '/api/v1/content/trees/{digest}', { params: { path: { digest } } });
  return (
    <div className={styles.files}>
      <Grid<File>
        label="Files"
        rows={data.files.slice(0, shown)}
        keyOf={file => file.path}
        columns={[
          { name: 'File', show: file => <Link href={address(digest, file.path)}>{file.path}</Link> },
          { name: 'Size', right: true, show: file => formatBytes(file.size) },
        ]}
      />
      {data.files.length > shown && <Empty>{data.files.length - shown} more files are not shown.</Empty>}
    </div>
  );
}

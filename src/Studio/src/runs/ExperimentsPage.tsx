import { useSearchParams } from 'react-router';
import { Page } from '../parts/Page';
import { Panel } from '../parts/Panel';
import { foldersAbove } from './experimentFolders';
import { ExperimentsTable } from './ExperimentsTable';

export function ExperimentsPage() {
  const folder = useSearchParams()[0].get('folder') ?? '';
  return (
    <Page
      title={folder === '' ? 'Experiments' : folder.slice(folder.lastIndexOf('/') + 1)}
      above={foldersAbove(folder)}
      note="Each groups the tracked runs that answer one question; what their names have in common up to a / is a folder."
    >
      <Panel>
        <ExperimentsTable folder={folder} />
      </Panel>
    </Page>
  );
}

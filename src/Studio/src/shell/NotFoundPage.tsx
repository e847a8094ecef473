import { Empty } from '../parts/Empty';
import { Page } from '../parts/Page';

export function NotFoundPage() {
  return (
    <Page title="No such page">
      <Empty>The Studio has no page at this address. Choose one on the left.</Empty>
    </Page>
  );
}

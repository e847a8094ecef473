import { Tab, TabList } from '@fluentui/react-components';
import { useSearchParams } from 'react-router';
import { stateWords } from '../parts/stateWords';

const states = ['', 'Running', 'Queued', 'Completed', 'Failed', 'Canceled'];

export function StatusFilter({ status }: { status: string }) {
  const [, setParams] = useSearchParams();
  return (
    <TabList
      size="small"
      selectedValue={status}
      onTabSelect={(_, { value }) => {
        setParams(typeof value === 'string' && value !== '' ? { status: value } : {});
      }}
    >
      {states.map(state => (
        <Tab key={state} value={state}>
          {state === '' ? 'All' : stateWords(state)}
        </Tab>
      ))}
    </TabList>
  );
}

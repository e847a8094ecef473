import { Button, Input, makeStyles, Tab, TabList } from '@fluentui/react-components';
import { useState } from 'react';
import { useLineageAddress } from './useLineageAddress';

const useStyles = makeStyles({
  form: { display: 'flex', gap: '10px', flexWrap: 'wrap', alignItems: 'center' },
  input: { width: '440px', maxWidth: '100%' },
});

export function NodeForm() {
  const styles = useStyles();
  const { node, direction, go } = useLineageAddress();
  const [text, setText] = useState(node);
  return (
    <form
      className={styles.form}
      onSubmit={event => {
        event.preventDefault();
        go(text.trim(), direction);
      }}
    >
      <Input
        className={styles.input}
        aria-label="Node"
        placeholder="model:flights-late@3"
        value={text}
        onChange={(_, { value }) => {
          setText(value);
        }}
      />
      <Button type="submit" appearance="primary" disabled={text.trim() === ''}>
        Show
      </Button>
      <TabList
        size="small"
        selectedValue={direction}
        onTabSelect={(_, { value }) => {
          go(text.trim(), value === 'downstream' ? 'downstream' : 'upstream');
        }}
      >
        <Tab value="upstream">Upstream</Tab>
        <Tab value="downstream">Downstream</Tab>
      </TabList>
    </form>
  );
}

import { Button, Input, makeStyles } from '@fluentui/react-components';
import { FilterRegular } from '@fluentui/react-icons';
import { useState } from 'react';
import { useSearchParams } from 'react-router';

const useStyles = makeStyles({
  form: { display: 'flex', gap: '10px', flexWrap: 'wrap' },
  input: { width: '520px', maxWidth: '100%' },
});

/** The server's own filter language, kept in the address. */
export function FilterForm({ filter }: { filter: string }) {
  const styles = useStyles();
  const [params, setParams] = useSearchParams();
  const [text, setText] = useState(filter);
  return (
    <form
      className={styles.form}
      onSubmit={event => {
        event.preventDefault();
        const next = new URLSearchParams(params);
        next.delete('pageToken');
        if (text.trim() === '') next.delete('filter');
        else next.set('filter', text.trim());
        setParams(next);
      }}
    >
      <Input
        className={styles.input}
        aria-label="Filter"
        contentBefore={<FilterRegular />}
        placeholder="metrics.auc > 0.65 and params.max_depth = '6'"
        value={text}
        onChange={(_, { value }) => {
          setText(value);
        }}
      />
      <Button type="submit">Filter</Button>
    </form>
  );
}

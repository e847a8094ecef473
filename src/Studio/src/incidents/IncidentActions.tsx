import { Button, Field, Input, makeStyles, Textarea } from '@fluentui/react-components';
import { useState } from 'react';
import { api, queries } from '../api/client';
import { describeProblem } from '../api/problem';

const useStyles = makeStyles({
  form: { display: 'flex', flexDirection: 'column', gap: '10px', marginTop: '14px', maxWidth: '80ch' },
  buttons: { display: 'flex', gap: '10px' },
});

/** A note, who takes care of the incident, or what somebody does about it, with the note as its words. */
export function IncidentActions({ id, status }: { id: string; status: string }) {
  const styles = useStyles();
  const [text, setText] = useState('');
  const [owner, setOwner] = useState('');
  const done = {
    onSuccess: async () => {
      await queries.invalidateQueries();
      setText('');
      setOwner('');
    },
  };
  const note = api.useMutation('post', '/api/v1/incidents/{id}/notes', done);
  const acknowledge = api.useMutation('post', '/api/v1/incidents/{id}/acknowledge', done);
  const resolve = api.useMutation('post', '/api/v1/incidents/{id}/resolve', done);
  const assign = api.useMutation('post', '/api/v1/incidents/{id}/assign', done);
  const failed = [note, acknowledge, resolve, assign].find(act => act.isError);
  const request = { params: { path: { id } }, body: { text: text === '' ? null : text } };
  const act = (what: typeof note | typeof acknowledge | typeof resolve) => () => {
    what.mutate(request);
  };
  return (
    <div className={styles.form}>
      <Field label="Note" {...(failed && { validationMessage: describeProblem(failed.error) })}>
        <Textarea
          value={text}
          onChange={(_, { value }) => {
            setText(value);
          }}
        />
      </Field>
      <div className={styles.buttons}>
        <Button onClick={act(note)} disabled={text === ''}>
          Add note
        </Button>
        {status === 'open' && <Button onClick={act(acknowledge)}>Acknowledge</Button>}
        {status !== 'resolved' && <Button onClick={act(resolve)}>Resolve</Button>}
      </div>
      {status !== 'resolved' && (
        <div className={styles.buttons}>
          <Input
            aria-label="Owner"
            placeholder="Who takes care of it"
            value={owner}
            onChange={(_, { value }) => {
              setOwner(value);
            }}
          />
          <Button
            disabled={owner === ''}
            onClick={() => {
              assign.mutate({ params: { path: { id } }, body: { owner } });
            }}
          >
            Assign
          </Button>
        </div>
      )}
    </div>
  );
}

import { Spinner } from '@fluentui/react-components';

// What is quick should not flicker: the spinner keeps silent for a moment.
export function Loading() {
  return <Spinner delay={300} size="small" label="Loading" labelPosition="after" style={{ padding: 24 }} />;
}

import { Select } from '@fluentui/react-components';
import { useSearchParams } from 'react-router';

type Props = { label: string; part: string; value: string; among: readonly { value: string; label: string }[] };

/** One of several, kept in the address. */
export function Choice({ label, part, value, among }: Props) {
  const [params, setParams] = useSearchParams();
  return (
    <Select
      aria-label={label}
      value={value}
      style={{ width: 'fit-content', marginBottom: 12 }}
      onChange={(_, chosen) => {
        const next = new URLSearchParams(params);
        next.set(part, chosen.value);
        setParams(next, { preventScrollReset: true });
      }}
    >
      {among.map(each => (
        <option key={each.value} value={each.value}>
          {each.label}
        </option>
      ))}
    </Select>
  );
}

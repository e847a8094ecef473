import { durationOf } from '../format/times';
import { useNow } from '../parts/useNow';

type Props = { start: string | null | undefined; end: string | null | undefined };

/** How long something took, or takes already. */
export function Duration({ start, end }: Props) {
  return <span style={{ whiteSpace: 'nowrap' }}>{durationOf(start, end, useNow())}</span>;
}

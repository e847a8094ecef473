import { Facts } from '../parts/Facts';
import { readDetail } from './evidence';

export function Numbers({ json }: { json: string }) {
  return <Facts facts={readDetail(json)} />;
}

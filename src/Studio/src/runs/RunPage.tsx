import { useAddressPart } from '../parts/useAddressPart';
import { RunDetails } from './RunDetails';

export function RunPage() {
  return <RunDetails id={useAddressPart('id')} />;
}

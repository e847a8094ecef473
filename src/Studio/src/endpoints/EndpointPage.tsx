import { useAddressPart } from '../parts/useAddressPart';
import { EndpointDetails } from './EndpointDetails';

export function EndpointPage() {
  return <EndpointDetails name={useAddressPart('name')} />;
}

import { useAddressPart } from '../parts/useAddressPart';
import { BatchEndpointDetails } from './BatchEndpointDetails';

export function BatchEndpointPage() {
  return <BatchEndpointDetails name={useAddressPart('name')} />;
}

import { useAddressPart } from '../parts/useAddressPart';
import { JobDetails } from './JobDetails';

export function JobPage() {
  return <JobDetails name={useAddressPart('name')} />;
}

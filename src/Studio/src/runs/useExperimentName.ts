import { api } from '../api/client';
import { nameOfExperiment } from './experimentNames';

/** What an experiment is called that an address names by its name or by its number. */
export function useExperimentName(nameOrId: string) {
  const { data } = api.useSuspenseQuery('get', '/api/v1/experiments');
  return nameOfExperiment(data.experiments, nameOrId);
}

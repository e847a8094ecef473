import { api } from '../api/client';
import { isOver, lookAgain } from './jobState';

/** A job, followed until it is over. */
export const useJob = (name: string) =>
  api.useSuspenseQuery(
    'get',
    '/api/v1/jobs/{name}',
    { params: { path: { name } } },
    { refetchInterval: found => lookAgain(found.state.data !== undefined && !isOver(found.state.data.status)) },
  ).data;

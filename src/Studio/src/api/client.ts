import { QueryClient } from '@tanstack/react-query';
import createFetchClient from 'openapi-fetch';
import createQueryClient from 'openapi-react-query';
import { pathOf } from './paths';
import { describeProblem, isRefusal } from './problem';
import type { components, paths } from './schema';

export type Schemas = components['schemas'];

const client = createFetchClient<paths>({ baseUrl: '/', pathSerializer: pathOf });

/** Hooks for each route of the OpenAPI document. */
export const api = createQueryClient(client);

/** A page's data is fresh for so long when one comes back to it. */
const freshFor = 5_000;

export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: freshFor,
      // A refusal stays one however often it is asked; a server that restarts answers again soon.
      retry: (failures, error: unknown) => !isRefusal(error) && failures < 2,
    },
  },
});

/** The log of a job, or of one of its steps: the only answer that is text. */
export async function readLog(name: string, step: string | undefined, signal: AbortSignal): Promise<string> {
  const { data, error, response } = await client.GET('/api/v1/jobs/{name}/logs', {
    params: { path: { name }, query: step === undefined ? {} : { step } },
    parseAs: 'text',
    signal,
  });
  if (!response.ok) throw new Error(describeProblem(error));
  return typeof data === 'string' ? data : '';
}

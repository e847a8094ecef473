import { useSuspenseQueries } from '@tanstack/react-query';
import { api, type Schemas } from '../api/client';

type Version = Schemas['Registry.ModelRoutes.Response'];

export type Model = { name: string; versions: number; latest: Version | undefined; champion: Version | undefined };

const summary = (name: string, versions: readonly Version[]): Model => ({
  name,
  versions: versions.length,
  latest: versions.reduce<Version | undefined>(
    (latest, version) => (latest === undefined || version.version > latest.version ? version : latest),
    undefined,
  ),
  champion: versions.find(version => version.aliases.includes('champion')),
});

/** The registered models with their champions. */
export function useModels(): Model[] {
  const { models } = api.useSuspenseQuery('get', '/api/v1/models').data;
  return useSuspenseQueries({
    queries: models.map(model =>
      api.queryOptions('get', '/api/v1/models/{model}/versions', { params: { path: { model } } }),
    ),
    combine: answers => answers.map((answer, index) => summary(models[index] ?? '', answer.data.versions)),
  });
}

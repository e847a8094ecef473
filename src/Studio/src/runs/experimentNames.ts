type Named = { id: string; name: string };

/** A name comes before a number, as the server takes it; what is not known (a deleted experiment) is called as it is asked for. */
export function nameOfExperiment(known: readonly Named[], nameOrId: string): string {
  const found =
    known.find(experiment => experiment.name === nameOrId) ?? known.find(experiment => experiment.id === nameOrId);
  return found?.name ?? nameOrId;
}

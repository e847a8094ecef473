/** The tags that people set; what MLflow's clients note for themselves is left out. */
export const visibleTags = (tags: Readonly<Record<string, string>>): [string, string][] =>
  Object.entries(tags).filter(([key]) => !key.startsWith('mlflow.'));

type Deployment = { name: string; model: string; modelVersion: number };

export type Share = { deployment: string; percent: number; model: string | undefined };

/** The deployments that get live requests, the greatest share first. */
export const shares = (traffic: Readonly<Record<string, number>>, deployments: readonly Deployment[]): Share[] =>
  Object.entries(traffic)
    .filter(([, percent]) => percent > 0)
    .sort(([a, more], [b, less]) => less - more || (a < b ? -1 : 1))
    .map(([name, percent]) => {
      const served = deployments.find(deployment => deployment.name === name);
      return { deployment: name, percent, model: served && `${served.model} version ${served.modelVersion}` };
    });

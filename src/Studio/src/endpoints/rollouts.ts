export type Finding = {
  criterion?: string;
  estimate?: number | null;
  lower?: number | null;
  upper?: number | null;
  limit?: number | null;
  samples?: number | null;
};

const figure = (value: number | null | undefined): string | undefined =>
  value === null || value === undefined ? undefined : Number(value.toPrecision(3)).toString();

/** "errors 0.01 (0.001 to 0.03, limit 0.05, 400 samples)": what a decision rests on. */
export const findingText = (finding: Finding): string => {
  const [lower, upper, limit] = [figure(finding.lower), figure(finding.upper), figure(finding.limit)];
  const details = [
    lower !== undefined && upper !== undefined ? `${lower} to ${upper}` : undefined,
    limit === undefined ? undefined : `limit ${limit}`,
    finding.samples === null || finding.samples === undefined ? undefined : `${finding.samples} samples`,
  ].filter(part => part !== undefined);
  const told = [finding.criterion ?? '', figure(finding.estimate)].filter(Boolean).join(' ');
  return details.length > 0 ? `${told} (${details.join(', ')})` : told;
};

/** Why a decision was made, and what else was found then: most reasons tell their figures themselves. */
export const decisionText = (decision: { reason: string; findings?: unknown }): string => {
  const findings = Array.isArray(decision.findings) ? (decision.findings as Finding[]) : [];
  const others = findings.filter(finding => !decision.reason.includes(`${finding.criterion ?? ''} `)).map(findingText);
  return others.length > 0 ? `${decision.reason} Besides: ${others.join('; ')}` : decision.reason;
};

type Rollout = { endpoint: string; status: string };

const isOpen = (rollout: Rollout) => !['Completed', 'RolledBack', 'Aborted'].includes(rollout.status);

/** The rollout of an endpoint that is shown: the one that runs, or else the last. They come newest first. */
export const currentRollout = <T extends Rollout>(rollouts: readonly T[], endpoint: string): T | undefined => {
  const own = rollouts.filter(rollout => rollout.endpoint === endpoint);
  return own.find(isOpen) ?? own[0];
};

/** The arguments that an Experiment passes to its analysis. analysis §3.5. */
import { durationOrUndefined } from '../duration.ts';
import type { Argument, Experiment } from '../resources/argo.ts';
import { formatTimestamp, parseTimestamp } from '../time.ts';
import { substituteTokens } from './substitute.ts';

/** The ReplicaSet of one template of the Experiment. */
export interface ExperimentReplicaSet {
  readonly name: string;
  readonly podTemplateHash: string;
}

/**
 * Name and value of each argument, with the Experiment's tokens filled in. Their sources (valueFrom) are not taken over.
 * @param replicaSets by name of the Experiment's template
 * @throws InvalidSpecError for an unknown token
 */
export function experimentArguments(
  given: readonly Argument[],
  experiment: Experiment,
  replicaSets: ReadonlyMap<string, ExperimentReplicaSet>,
): readonly Argument[] {
  const tokens = new Map([...experimentTokens(experiment), ...[...replicaSets].flatMap(templateTokens)]);
  return given.map(({ name, value }) =>
    value === undefined ? { name } : { name, value: substituteTokens(value, (token) => tokens.get(token)) },
  );
}

/** Known once the Experiment is available. */
function experimentTokens({ spec, status }: Experiment): readonly (readonly [string, string])[] {
  const availableAt = parseTimestamp(status?.availableAt);
  if (availableAt === undefined) return [];
  const duration = durationOrUndefined(spec.duration);
  const available = ['experiment.availableAt', formatTimestamp(availableAt)] as const;
  if (duration === undefined) return [available];
  return [available, ['experiment.finishedAt', formatTimestamp(availableAt + duration)]];
}

function templateTokens([template, replicaSet]: [string, ExperimentReplicaSet]): readonly (readonly [
  string,
  string,
])[] {
  return [
    [`templates.${template}.podTemplateHash`, replicaSet.podTemplateHash],
    [`templates.${template}.replicaset.name`, replicaSet.name],
  ];
}

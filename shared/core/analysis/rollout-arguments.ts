/** The arguments that a Rollout passes to its analysis. analysis §3.4. */
import type { IAnalysisRunArgument } from '@kubernetes-models/argo-rollouts/argoproj.io/v1alpha1/AnalysisRunArgument';
import { InvalidSpecError } from '../errors.ts';
import type { Argument, Rollout } from '../resources/argo.ts';
import { metadataField, rolloutField } from './field-path.ts';
import { isGiven } from './metric-limits.ts';

export type RolloutArgument = IAnalysisRunArgument;

export interface ArgumentSources {
  readonly rollout: Rollout;
  /** Pod template hash label of the newest ReplicaSet. */
  readonly latestHash: string;
  /** … and of the stable one; empty while there is none. */
  readonly stableHash: string;
}

export interface RolloutArguments {
  readonly args: readonly Argument[];
  /** Why no run may be created yet; tried again with the next pass. */
  readonly error?: string;
}

/**
 * Each entry as name and value. A path outside `metadata` that cannot be read gives an empty text and an error; Argo
 * forgets that error when a later fieldRef resolves, and creates the run. So does this.
 */
export function rolloutArguments(given: readonly RolloutArgument[], sources: ArgumentSources): RolloutArguments {
  const args: Argument[] = [];
  let error: string | undefined;
  for (const argument of given) {
    const field = fieldOf(argument, sources.rollout);
    if (field?.state === 'refused') return { args: [], error: field.error };
    if (field !== undefined) error = field.state === 'unreadable' ? field.error : undefined;
    const value = field === undefined ? plainValue(argument, sources) : field.value;
    args.push({ name: argument.name, value });
  }
  return error === undefined ? { args } : { args, error };
}

type Field =
  | { readonly state: 'read'; readonly value: string }
  /** The walk through the Rollout found no primitive value. */
  | { readonly state: 'unreadable'; readonly value: ''; readonly error: string }
  /** Not a metadata path of the downward API. */
  | { readonly state: 'refused'; readonly error: string };

/** Undefined when the argument names no field. */
function fieldOf({ valueFrom }: RolloutArgument, rollout: Rollout): Field | undefined {
  const path = isGiven(valueFrom?.podTemplateHashValue) ? undefined : valueFrom?.fieldRef?.fieldPath;
  if (path === undefined) return undefined;
  const isMetadata = path.startsWith('metadata');
  try {
    return { state: 'read', value: isMetadata ? metadataField(rollout, path) : rolloutField(rollout, path) };
  } catch (error) {
    if (!(error instanceof InvalidSpecError)) throw error;
    return isMetadata
      ? { state: 'refused', error: error.message }
      : { state: 'unreadable', value: '', error: error.message };
  }
}

function plainValue({ value, valueFrom }: RolloutArgument, { latestHash, stableHash }: ArgumentSources): string {
  switch (valueFrom?.podTemplateHashValue) {
    case 'Latest':
      return latestHash;
    case 'Stable':
      return stableHash;
  }
  return value ?? '';
}

/** How Argo CD reads a Rollout: its built-in health rule for argoproj.io/Rollout, told again. */
import type { Rollout } from '#core/resources/argo.ts';

export interface ArgoCdHealth {
  readonly status: 'Progressing' | 'Degraded' | 'Suspended' | 'Healthy';
  readonly message?: string | undefined;
}

const NOT_OBSERVED: ArgoCdHealth = {
  status: 'Progressing',
  message: 'Waiting for rollout spec update to be observed',
};

/** The rule's parts for controllers before 1.0, which write no phase, are left out: Weir always writes one. */
export function argoCdHealth(rollout: Rollout): ArgoCdHealth {
  const { status } = rollout;
  if (status === undefined || !isObserved(rollout) || !isWorkloadObserved(rollout)) return NOT_OBSERVED;
  const invalid = status.conditions?.find(({ type }) => type === 'InvalidSpec');
  if (invalid !== undefined) return { status: 'Degraded', message: invalid.message };
  if (status.phase === undefined) throw new Error('without a phase Argo CD guesses');
  const phase = status.phase === 'Paused' ? 'Suspended' : status.phase;
  return { status: phase as ArgoCdHealth['status'], message: status.message };
}

/** A number that is not above the generation is the observed one; anything else came from a controller of before 0.10. */
function isObserved({ metadata, status }: Rollout): boolean {
  const observed = Number(status?.observedGeneration ?? Number.NaN);
  const { generation = 0 } = metadata;
  return Number.isNaN(observed) || observed >= generation;
}

function isWorkloadObserved({ spec, metadata, status }: Rollout): boolean {
  const generation = Number(metadata.annotations?.['rollout.argoproj.io/workload-generation'] ?? Number.NaN);
  const observed = Number(status?.workloadObservedGeneration ?? Number.NaN);
  if (spec.workloadRef === undefined || Number.isNaN(generation) || Number.isNaN(observed)) return true;
  return generation === observed;
}

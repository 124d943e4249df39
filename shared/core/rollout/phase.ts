/** `status.phase` and `status.message`: the first rule that matches. engine §15. */
import type { Rollout } from '../resources/argo.ts';
import { isCompleted } from './progress.ts';
import { restartIsWanted } from './restart-request.ts';
import type { StatusDraft } from './status.ts';

export interface PhaseFields {
  readonly phase: 'Progressing' | 'Paused' | 'Degraded' | 'Healthy';
  readonly message: string;
}

export function phaseOf(rollout: Rollout, status: StatusDraft): PhaseFields {
  return (
    degraded(status) ?? paused(rollout, status) ?? progressing(rollout, status) ?? { phase: 'Healthy', message: '' }
  );
}

const FAILED: ReadonlySet<string> = new Set(['RolloutAborted', 'ProgressDeadlineExceeded']);

/** The first in the order of the list, so that an abort goes on being told while the spec is invalid too. */
function degraded({ conditions = [] }: StatusDraft): PhaseFields | undefined {
  const failed = conditions.find(({ type, reason }) => type === 'InvalidSpec' || FAILED.has(reason));
  if (failed === undefined) return undefined;
  const cause = failed.type === 'InvalidSpec' ? failed.type : failed.reason;
  return { phase: 'Degraded', message: `${cause}: ${failed.message}` };
}

function paused(rollout: Rollout, status: StatusDraft): PhaseFields | undefined {
  if (rollout.spec.paused === true) return { phase: 'Paused', message: 'manually paused' };
  const first = status.pauseConditions?.[0];
  return first && { phase: 'Paused', message: first.reason };
}

function progressing(rollout: Rollout, status: StatusDraft): PhaseFields | undefined {
  const message = pending(rollout, status);
  return message === undefined ? undefined : { phase: 'Progressing', message };
}

function pending(rollout: Rollout, status: StatusDraft): string | undefined {
  const replicas = rollout.spec.replicas ?? 1;
  const updated = status.updatedReplicas ?? 0;
  // Also while the wanted restart lies in the future.
  if (restartIsWanted(rollout.spec.restartAt, status.restartedAt)) return 'rollout is restarting';
  if (updated < replicas) return 'more replicas need to be updated';
  if ((status.availableReplicas ?? 0) < updated) return 'updated replicas are still becoming available';
  return rollout.spec.strategy?.blueGreen === undefined
    ? pendingCanary(rollout, status)
    : pendingBlueGreen(rollout, status);
}

function pendingBlueGreen(rollout: Rollout, status: StatusDraft): string | undefined {
  const { activeSelector = '', postPromotionAnalysisRunStatus: post } = status.blueGreen ?? {};
  if (activeSelector === '' || activeSelector !== status.currentPodHash) return 'active service cutover pending';
  if (isCompleted(status)) return undefined;
  const analysed = rollout.spec.strategy?.blueGreen?.postPromotionAnalysis !== undefined;
  const complete = ['Successful', 'Failed', 'Error', 'Inconclusive'].includes(post?.status ?? '');
  return analysed && !complete
    ? 'waiting for analysis to complete'
    : 'waiting for post-promotion verification to complete';
}

function pendingCanary(rollout: Rollout, status: StatusDraft): string | undefined {
  const routed = rollout.spec.strategy?.canary?.trafficRouting !== undefined;
  if (!routed && (status.replicas ?? 0) > (status.updatedReplicas ?? 0)) return 'old replicas are pending termination';
  return isCompleted(status) ? undefined : 'waiting for all steps to complete';
}

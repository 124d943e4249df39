/**
 * What a command changes, or why it changes nothing. Pure. The patches are the kubectl plugin's (rollout-engine §18);
 * applying is by effect: what has come true for that pod hash is applied, never stale. Abort always wins.
 */
import type { Rollout } from '../resources/argo.ts';
import type { Command, Verdict } from './command.ts';
import type { Effect } from './effect.ts';
import { applyPromote } from './promote.ts';

export function applyCommand(command: Command, rollout: Rollout): Effect {
  const stale = staleness(command, rollout);
  if (stale !== undefined) return stale;
  switch (command.verb) {
    case 'promote':
      return applyPromote(command, rollout);
    case 'abort':
      return applyAbort(rollout);
    case 'retry':
      return applyRetry(rollout);
    case 'pause':
      return applyPause(rollout);
  }
}

function staleness({ binding }: Command, rollout: Rollout): Verdict | undefined {
  if (binding.uid !== rollout.metadata.uid) {
    return { state: 'stale', says: 'the Rollout was deleted and created anew since; ask again' };
  }
  const current = rollout.status?.currentPodHash ?? '';
  if (binding.podHash === current) return undefined;
  return {
    state: 'stale',
    says: `another version (${current}) is being released since; it was asked for ${binding.podHash}`,
  };
}

function applyAbort(rollout: Rollout): Effect {
  const status = rollout.status ?? {};
  if (status.abort === true) return { state: 'applied', says: 'the release is aborted' };
  if (status.stableRS === status.currentPodHash) {
    return {
      state: 'refused',
      says: 'nothing to abort: the version is fully promoted; undo goes back to an earlier one',
    };
  }
  return {
    state: 'change',
    status: { ...status, abort: true },
    says: 'aborted: traffic goes back to the stable version',
  };
}

function applyRetry(rollout: Rollout): Effect {
  const status = rollout.status ?? {};
  if (status.abort !== true) return { state: 'applied', says: 'the release is not aborted' };
  return {
    state: 'change',
    status: { ...status, abort: false },
    says: 'retried: the release starts again from its first step',
  };
}

function applyPause(rollout: Rollout): Effect {
  if (rollout.spec.paused === true) return { state: 'applied', says: 'the rollout is paused' };
  return { state: 'change', spec: { paused: true }, says: 'paused; promote goes on' };
}

/**
 * What a command changes, or why it changes nothing. Pure. The patches are the kubectl plugin's (rollout-engine §18);
 * applying is by effect: what has come true for that pod hash is applied, never stale. Abort always wins.
 */
import type { Rollout } from '../resources/argo.ts';
import { formatTimestamp, parseTimestamp } from '../time.ts';
import type { Command, Verdict } from './command.ts';
import { applied, refused, stale, type Effect } from './effect.ts';
import { applyPromote } from './promote.ts';
import { NOTHING_BESIDE, type Beside } from './reads.ts';
import { applySetImage } from './set-image.ts';
import { applyUndo } from './undo.ts';

/** @param beside what `readsFor` the command says; the verbs of a release need nothing */
export function applyCommand(command: Command, rollout: Rollout, beside: Beside = NOTHING_BESIDE): Effect {
  if (command.binding.uid !== rollout.metadata.uid)
    return stale('the Rollout was deleted and created anew since; ask again');
  switch (command.verb) {
    case 'undo':
      return applyUndo(command, rollout, beside);
    case 'set-image':
      return applySetImage(command, rollout, beside);
    case 'restart':
      return applyRestart(command, rollout);
    case 'terminate':
      return refused('a rollout cannot be terminated; name an analysisrun or an experiment');
    case 'freeze':
    case 'unfreeze':
      return refused(`${command.verb} is for a scope, not for one rollout's state`);
    case 'promote':
    case 'abort':
    case 'retry':
    case 'pause':
      return otherVersion(command, rollout) ?? applyToRelease(command, command.verb, rollout);
  }
}

function applyToRelease(command: Command, verb: 'promote' | 'abort' | 'retry' | 'pause', rollout: Rollout): Effect {
  switch (verb) {
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

function otherVersion({ binding }: Command, rollout: Rollout): Verdict | undefined {
  const current = rollout.status?.currentPodHash ?? '';
  if (binding.podHash === current) return undefined;
  return stale(`another version (${current}) is being released since; it was asked for ${binding.podHash}`);
}

function applyAbort(rollout: Rollout): Effect {
  const status = rollout.status ?? {};
  if (status.abort === true) return applied('the release is aborted');
  if (status.stableRS === status.currentPodHash)
    return refused('nothing to abort: the version is fully promoted; undo goes back to an earlier one');
  return {
    state: 'change',
    status: { ...status, abort: true },
    says: 'aborted: traffic goes back to the stable version',
  };
}

function applyRetry(rollout: Rollout): Effect {
  const status = rollout.status ?? {};
  if (status.abort !== true) return applied('the release is not aborted');
  return {
    state: 'change',
    status: { ...status, abort: false },
    says: 'retried: the release starts again from its first step',
  };
}

function applyPause(rollout: Rollout): Effect {
  if (rollout.spec.paused === true) return applied('the rollout is paused');
  return { state: 'change', spec: { paused: true }, says: 'paused; promote goes on' };
}

/** The instant was fixed at receipt: a repetition restarts nothing twice. */
function applyRestart({ restartAt }: Command, rollout: Rollout): Effect {
  const at = parseTimestamp(restartAt);
  if (at === undefined) return refused('restart needs the time before which pods are replaced');
  const written = formatTimestamp(at);
  if (parseTimestamp(rollout.spec.restartAt) === at) return applied(`the restart at ${written} is asked for`);
  return {
    state: 'change',
    spec: { restartAt: written },
    says: `restarts: pods created before ${written} are replaced, a few at a time`,
  };
}

/** Performs the actions of a decision, in order; the first failure ends the pass. */
import type { Action } from '#core/decision.ts';
import { ConflictError, InvalidSpecError, messageOf } from '#core/errors.ts';
import type { JsonObject } from '#core/json.ts';
import { diffMerge } from '#core/merge-patch.ts';
import { refOf, type KubernetesObject, type NewObject } from '#core/resources/kubernetes.ts';
import type { Cluster, Log } from '../ports.ts';

/** @returns the reconciled object as it is after the actions */
export async function act(
  actions: readonly Action[],
  object: KubernetesObject,
  cluster: Cluster,
  log?: Log,
): Promise<KubernetesObject> {
  let current = object;
  for (const action of actions) {
    const changed = await performOrTell(action, cluster, log);
    if (changed?.metadata.uid === object.metadata.uid) current = changed;
  }
  return current;
}

/** What nothing depends on may fail; everything else ends the pass. */
async function performOrTell(action: Action, cluster: Cluster, log?: Log): Promise<KubernetesObject | undefined> {
  if (action.type !== 'patch' || action.mayFail !== true) return perform(action, cluster);
  try {
    return await perform(action, cluster);
  } catch (error) {
    const { kind, namespace, name } = refOf(action.before);
    log?.warn('Change not made', { cluster: cluster.name, kind, namespace, name, error: messageOf(error) });
    return undefined;
  }
}

async function perform(action: Action, cluster: Cluster): Promise<KubernetesObject | undefined> {
  switch (action.type) {
    case 'create':
      return createUnlessThere(action.object, cluster);
    case 'patch': {
      const patch = diffMerge(action.before, action.after);
      if (Object.keys(patch).length === 0) return action.before;
      if (action.before.kind === 'Pod') return patchPod(action.before, patch, cluster);
      return cluster.patch(refOf(action.before), patch, action.before.metadata.resourceVersion);
    }
    case 'delete':
      await cluster.delete(action.object);
      return undefined;
  }
}

/** A pod's status changes all the time, and only own keys are written: no guard. One that is gone needs nothing. engine §10.1. */
async function patchPod(
  pod: KubernetesObject,
  patch: JsonObject,
  cluster: Cluster,
): Promise<KubernetesObject | undefined> {
  try {
    return await cluster.patch(refOf(pod), patch);
  } catch (error) {
    if (error instanceof ConflictError) return undefined;
    throw error;
  }
}

/**
 * Names are deterministic: one that is taken was made by an earlier pass whose answer was lost. A pod that may not be
 * evicted now is left for a later pass, which finds it where it was.
 */
async function createUnlessThere(object: NewObject, cluster: Cluster): Promise<KubernetesObject | undefined> {
  try {
    return await cluster.create(object);
  } catch (error) {
    if (error instanceof ConflictError) return undefined;
    if (error instanceof InvalidSpecError) throw new RefusedCreateError(object, error);
    throw error;
  }
}

/** The API server does not take what the manifest asks for: its owner must be told on the object itself. */
export class RefusedCreateError extends InvalidSpecError {
  override readonly name = 'RefusedCreateError';
  readonly object: NewObject;
  constructor(object: NewObject, cause: InvalidSpecError) {
    super(cause.message, { cause });
    this.object = object;
  }
}

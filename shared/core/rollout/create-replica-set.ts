/** The ReplicaSet of a template that has none yet. engine §4.3, §4.4. */
import type { Decision } from '../decision.ts';
import type { RolloutStatus } from '../resources/argo.ts';
import { addedText } from './added.ts';
import { DESIRED_REPLICAS, POD_TEMPLATE_HASH, REVISION } from '../resources/keys.ts';
import type { NewObject, ReplicaSet } from '../resources/kubernetes.ts';
import { controllerReference } from './adoption.ts';
import { affinityFor } from './anti-affinity.ts';
import { setCondition } from './conditions.ts';
import { metadataOfNewReplicaSet, withEphemeralMetadata } from './injected-metadata.ts';
import { replicasOf, type Pass } from './pass.ts';
import { phaseOf } from './phase.ts';
import { newReplicaSetHash, newReplicaSetName } from './replica-set-name.ts';
import { copiedAnnotations, nextRevision } from './revision.ts';
import type { RolloutSnapshot } from './snapshot.ts';
import { storedForm, withConditions } from './status.ts';

/** Creates it with 0 replicas, or, where its name is taken by something else, counts the collision for another hash. */
export function createNewest(pass: Pass): Decision<RolloutStatus> {
  const { rollout, stored, changes, snapshot } = pass;
  const name = newReplicaSetName(rollout);
  if (snapshot.replicaSets.some((replicaSet) => replicaSet.metadata.name === name)) {
    return changes.decision({ ...stored, collisionCount: (stored.collisionCount ?? 0) + 1 });
  }
  const revision = nextRevision(pass.sets.older);
  if (rollout.status === undefined) changes.event('RolloutAddedToInformer', addedText(rollout));
  changes.create(newReplicaSet(pass, revision), `revision ${revision} has no ReplicaSet yet`);
  changes.event('NewReplicaSetCreated', `Created ReplicaSet ${name} (revision ${revision})`);
  const condition = {
    type: 'Progressing',
    status: 'True',
    reason: 'NewReplicaSetCreated',
    message: `Created new replica set "${name}"`,
  } as const;
  return changes.decision(withConditions(stored, setCondition(stored.conditions, condition, pass.now).conditions));
}

/**
 * The API server refused the ReplicaSet: told on the Rollout, and tried again by whoever called.
 * @param error its words
 */
export function noteCreateFailure({ rollout, now }: RolloutSnapshot, error: string): Decision<RolloutStatus> {
  const message = `Failed to create new replica set "${newReplicaSetName(rollout)}": ${error}`;
  const condition = { type: 'Progressing', status: 'False', reason: 'ReplicaSetCreateError', message } as const;
  const { conditions } = setCondition(rollout.status?.conditions, condition, now);
  const draft = withConditions(rollout.status ?? {}, conditions);
  const event = { type: 'Warning', reason: 'ReplicaSetCreateError', message } as const;
  return { actions: [], events: [event], status: storedForm({ ...draft, ...phaseOf(rollout, draft) }) };
}

function newReplicaSet(pass: Pass, revision: number): NewObject<ReplicaSet> {
  const { rollout } = pass;
  const hash = newReplicaSetHash(rollout);
  const template = rollout.spec.template ?? {};
  const labels = { ...template.metadata?.labels, [POD_TEMPLATE_HASH]: hash };
  const affinity = affinityFor(rollout, hash);
  const selector = rollout.spec.selector;
  const bare: NewObject<ReplicaSet> = {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: newReplicaSetName(rollout),
      namespace: rollout.metadata.namespace,
      labels,
      annotations: {
        ...copiedAnnotations(rollout),
        [REVISION]: String(revision),
        [DESIRED_REPLICAS]: String(replicasOf(rollout)),
      },
      ownerReferences: [controllerReference(rollout)],
    },
    spec: {
      replicas: 0,
      minReadySeconds: rollout.spec.minReadySeconds ?? 0,
      selector: { ...selector, matchLabels: { ...selector?.matchLabels, [POD_TEMPLATE_HASH]: hash } },
      template: {
        metadata: { ...template.metadata, labels },
        spec: { ...(template.spec ?? { containers: [] }), ...(affinity === undefined ? {} : { affinity }) },
      },
    },
  };
  return withEphemeralMetadata(bare, metadataOfNewReplicaSet(rollout, pass.sets.stable));
}

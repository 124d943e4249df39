import { describe, expect, it } from '@jest/globals';
import type { Action } from '#core/decision.ts';
import {
  DESIRED_REPLICAS,
  EPHEMERAL_METADATA,
  LAST_APPLIED,
  NOTIFIED,
  POD_TEMPLATE_HASH,
  REVISION,
  REVISION_HISTORY,
} from '#core/resources/keys.ts';
import type { ReplicaSet } from '#core/resources/kubernetes.ts';
import { noteCreateFailure } from '#core/rollout/create-replica-set.ts';
import { decideRollout } from '#core/rollout/decide.ts';
import { formatSelector, selectorMatches, type LabelSelector } from '#core/rollout/label-selector.ts';
import { sortReplicaSets } from '#core/rollout/replica-sets.ts';
import { newReplicaSetName } from '#core/rollout/replica-set-name.ts';
import {
  aReplicaSet,
  aRollout,
  aTemplate,
  controllerOfRollout,
  hashOfVersion,
  pause,
  setWeight,
  T0,
} from '../../../support/builders.ts';
import { snapshotOf } from '../../../support/rollout-snapshot.ts';

const V1 = hashOfVersion('v1');
const V2 = hashOfVersion('v2');

function patchOf(actions: readonly Action[], name: string): ReplicaSet | undefined {
  const action = actions.find((candidate) => candidate.type === 'patch' && candidate.after.metadata.name === name);
  return action?.type === 'patch' ? action.after : undefined;
}

describe('label selectors', () => {
  it.each<{ selector: LabelSelector | undefined; text: string; then: boolean }>([
    { selector: { matchLabels: { app: 'a' } }, text: 'app=a', then: true },
    { selector: { matchLabels: { tier: 'web', app: 'a' } }, text: 'app=a,tier=web', then: false },
    {
      selector: { matchExpressions: [{ key: 'app', operator: 'In', values: ['b', 'a'] }] },
      text: 'app in (a,b)',
      then: true,
    },
    {
      selector: { matchExpressions: [{ key: 'app', operator: 'NotIn', values: ['a'] }] },
      text: 'app notin (a)',
      then: false,
    },
    {
      selector: { matchExpressions: [{ key: 'tier', operator: 'NotIn', values: ['a'] }] },
      text: 'tier notin (a)',
      then: true,
    },
    { selector: { matchExpressions: [{ key: 'app', operator: 'Exists' }] }, text: 'app', then: true },
    { selector: { matchExpressions: [{ key: 'app', operator: 'DoesNotExist' }] }, text: '!app', then: false },
    {
      selector: { matchLabels: { b: '1' }, matchExpressions: [{ key: 'a', operator: 'Exists' }] },
      text: 'a,b=1',
      then: false,
    },
    { selector: {}, text: '', then: true },
    { selector: undefined, text: '', then: false },
  ])('given $selector, then $text and $then for app=a', ({ selector, text, then }) => {
    expect(formatSelector(selector)).toBe(text);
    expect(selectorMatches(selector, { app: 'a' })).toBe(then);
  });
});

describe('which ReplicaSet is which', () => {
  it('given one with the hash and an older one with the same template, then the hash decides', () => {
    const foreign = aReplicaSet({ version: 'v1', hash: 'other', createdAt: T0 });
    const own = aReplicaSet({ version: 'v1', createdAt: T0 + 60_000 });
    expect(sortReplicaSets(aRollout().build(), [own, foreign]).newest).toBe(own);
  });

  it('given only one that another maker named, then its template decides, and its own hash is kept', () => {
    const foreign = aReplicaSet({ version: 'v1', hash: 'other', size: 2 });
    const rollout = aRollout().replicas(2).revision(1).build();
    expect(sortReplicaSets(rollout, [foreign]).newest).toBe(foreign);
    const { status, actions } = decideRollout(snapshotOf(rollout, { replicaSets: [foreign] }));
    expect(actions).toEqual([]);
    expect(status?.currentPodHash).toBe('other');
    expect(status?.conditions).toContainEqual(expect.objectContaining({ type: 'Progressing' }));
  });

  it('given two of the same template, then the oldest is it', () => {
    const younger = aReplicaSet({ hash: 'a', createdAt: T0 + 2_000 });
    const older = aReplicaSet({ hash: 'b', createdAt: T0 + 1_000 });
    expect(sortReplicaSets(aRollout().build(), [younger, older]).newest).toBe(older);
  });

  it('given an update, then stable is among the older ones and not among the others', () => {
    const [stable, between, newest] = ['v1', 'v2', 'v3'].map((version, revision) => aReplicaSet({ version, revision }));
    const rollout = aRollout().version('v3').status({ stableRS: V1 }).build();
    const all = [stable, between, newest] as ReplicaSet[];
    expect(sortReplicaSets(rollout, all)).toEqual({ newest, stable, older: [stable, between], others: [between], all });
  });
});

describe('whose ReplicaSets they are', () => {
  const orphan = (labels?: Record<string, string>): ReplicaSet => {
    const replicaSet = aReplicaSet();
    const { ownerReferences: _none, ...metadata } = replicaSet.metadata;
    return { ...replicaSet, metadata: { ...metadata, ...(labels === undefined ? {} : { labels }) } };
  };
  const rollout = aRollout().revision(1);

  it('given one without controller that matches, then it is adopted and used at once', () => {
    const { actions } = decideRollout(snapshotOf(rollout.build(), { replicaSets: [orphan()] }));
    expect(actions.map(({ type }) => type)).toEqual(['patch']);
    expect(patchOf(actions, `checkout-${V1}`)?.metadata.ownerReferences).toEqual([controllerOfRollout()]);
  });

  it('given one that belongs to a Deployment, then it is left alone, and its name is a collision', () => {
    const owner = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'x', uid: 'x', controller: true };
    const foreign = { ...orphan(), metadata: { ...orphan().metadata, ownerReferences: [owner] } };
    const { actions, status } = decideRollout(snapshotOf(rollout.build(), { replicaSets: [foreign] }));
    expect(actions).toEqual([]);
    expect(status?.collisionCount).toBe(1);
    const next = decideRollout(snapshotOf(rollout.status({ collisionCount: 1 }).build(), { replicaSets: [foreign] }));
    expect(next.actions).toMatchObject([
      {
        type: 'create',
        object: { metadata: { name: newReplicaSetName(rollout.status({ collisionCount: 1 }).build()) } },
      },
    ]);
  });

  it('given an owned one that stopped matching, then it is released', () => {
    const stray = aReplicaSet({ version: 'v0' });
    const replicaSets = [aReplicaSet(), { ...stray, metadata: { ...stray.metadata, labels: { app: 'else' } } }];
    const { actions } = decideRollout(snapshotOf(rollout.build(), { replicaSets }));
    expect(patchOf(actions, stray.metadata.name)?.metadata.ownerReferences).toEqual([]);
  });
});

describe('making the ReplicaSet of a new template', () => {
  const rollout = aRollout()
    .replicas(7)
    .version('v2')
    .spec({ minReadySeconds: 5 })
    .annotated({ team: 'shop', [LAST_APPLIED]: '{}', [REVISION]: '1', [NOTIFIED]: 'x', [DESIRED_REPLICAS]: '1' })
    .status({ stableRS: V1, currentPodHash: V1 });
  const seen = { replicaSets: [aReplicaSet({ revision: 4, size: 7 })] };

  it('given older ones, then it carries the next revision, R and the annotations that are copied', () => {
    const { actions, events } = decideRollout(snapshotOf(rollout.build(), seen));
    expect(actions).toHaveLength(1);
    expect(actions).toMatchObject([
      {
        type: 'create',
        object: {
          metadata: {
            name: `checkout-${V2}`,
            namespace: 'shop',
            labels: { app: 'checkout', [POD_TEMPLATE_HASH]: V2 },
            ownerReferences: [controllerOfRollout()],
          },
          spec: {
            replicas: 0,
            minReadySeconds: 5,
            selector: { matchLabels: { app: 'checkout', [POD_TEMPLATE_HASH]: V2 } },
            template: { metadata: { labels: { app: 'checkout', [POD_TEMPLATE_HASH]: V2 } } },
          },
        },
      },
    ]);
    const [create] = actions;
    expect(create?.type === 'create' ? create.object.metadata.annotations : {}).toEqual({
      team: 'shop',
      [REVISION]: '5',
      [DESIRED_REPLICAS]: '7',
    });
    expect(events).toEqual([
      { type: 'Normal', reason: 'NewReplicaSetCreated', message: `Created ReplicaSet checkout-${V2} (revision 5)` },
    ]);
  });

  it('given metadata for canaries, then its pods carry it from the start', () => {
    const decorated = rollout.canary([], { canaryMetadata: { labels: { role: 'canary' } } }).build();
    const { actions } = decideRollout(snapshotOf(decorated, seen));
    expect(actions).toMatchObject([
      {
        object: {
          metadata: { annotations: { [EPHEMERAL_METADATA]: '{"labels":{"role":"canary"}}' } },
          spec: { template: { metadata: { labels: { role: 'canary', app: 'checkout' } } } },
        },
      },
    ]);
  });

  it('given a first version, then it carries the metadata of the stable one', () => {
    const decorated = aRollout()
      .canary([], { stableMetadata: { annotations: { a: 'b' } }, canaryMetadata: {} })
      .build();
    const { actions } = decideRollout(snapshotOf(decorated));
    expect(actions).toMatchObject([{ object: { spec: { template: { metadata: { annotations: { a: 'b' } } } } } }]);
  });

  it('given anti-affinity, then its pods keep away from the nodes of the stable version', () => {
    const strategy = { antiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: { weight: 7 } } };
    const { actions } = decideRollout(snapshotOf(rollout.canary([], strategy).build(), seen));
    const term = {
      labelSelector: { matchExpressions: [{ key: POD_TEMPLATE_HASH, operator: 'In', values: [V1] }] },
      namespaces: ['shop'],
      topologyKey: 'kubernetes.io/hostname',
    };
    const preferred = { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 7, podAffinityTerm: term }] };
    expect(actions).toMatchObject([
      { object: { spec: { template: { spec: { affinity: { podAntiAffinity: preferred } } } } } },
    ]);
  });
});

describe('a ReplicaSet that the API server refuses', () => {
  it('given its words, then the Rollout says so once, and with an event each time', () => {
    const snapshot = snapshotOf(aRollout().build());
    const message = `Failed to create new replica set "checkout-${V1}": quota`;
    const first = noteCreateFailure(snapshot, 'quota');
    expect(first.events).toEqual([{ type: 'Warning', reason: 'ReplicaSetCreateError', message }]);
    expect(first.status).toMatchObject({
      phase: 'Progressing',
      conditions: [{ type: 'Progressing', status: 'False', reason: 'ReplicaSetCreateError', message }],
    });
    const again = snapshotOf(
      aRollout()
        .status(first.status ?? {})
        .build(),
      { now: T0 + 9_000_000 },
    );
    expect(noteCreateFailure(again, 'quota').status).toEqual(first.status);
  });
});

describe('the revision of an existing ReplicaSet', () => {
  const updating = aRollout()
    .replicas(2)
    .canary([setWeight(50), pause()])
    .updating('v1', 'v2');

  it('given an old version that comes back, then it gets the next number and remembers its own', () => {
    const replicaSets = [
      aReplicaSet({ version: 'v1', size: 2, revision: 3 }),
      aReplicaSet({ version: 'v2', size: 0, revision: 2, annotations: { [REVISION_HISTORY]: '1' } }),
    ];
    const { actions } = decideRollout(snapshotOf(updating.revision(3).build(), { replicaSets }));
    expect(patchOf(actions, `checkout-${V2}`)?.metadata.annotations).toMatchObject({
      [REVISION]: '4',
      [REVISION_HISTORY]: '1,2',
    });
  });

  it('given a number that is raised, then the Rollout has it from the same pass on (deviation `revision-in-one-pass`)', () => {
    const replicaSets = [
      aReplicaSet({ version: 'v1', size: 2, revision: 3 }),
      aReplicaSet({ version: 'v2', size: 0, revision: 2 }),
    ];
    const { actions, events } = decideRollout(snapshotOf(updating.revision(3).build(), { replicaSets }));
    const written = actions.map((action) => (action.type === 'patch' ? action.after : undefined));
    expect(written.map((object) => [object?.kind, object?.metadata.annotations?.[REVISION]])).toEqual([
      ['ReplicaSet', '4'],
      ['Rollout', '4'],
    ]);
    expect(events).toMatchObject([{ reason: 'RolloutUpdated', message: 'Rollout updated to revision 4' }]);
  });

  it('given only annotations to copy, then the number stays', () => {
    const replicaSets = [
      aReplicaSet({ version: 'v1', size: 1, desired: 2, revision: 1 }),
      aReplicaSet({ version: 'v2', size: 1, desired: 2, revision: 2, annotations: { gone: 'kept' } }),
    ];
    const rollout = updating.revision(2).annotated({ team: 'shop' }).build();
    const { actions } = decideRollout(snapshotOf(rollout, { replicaSets }));
    expect(patchOf(actions, `checkout-${V2}`)?.metadata.annotations).toMatchObject({
      team: 'shop',
      gone: 'kept',
      [REVISION]: '2',
    });
  });

  it('given an empty annotation that it lacks, then that is no change', () => {
    const rollout = aRollout().promoted().revision(1).annotated({ note: '' });
    const { actions } = decideRollout(snapshotOf(rollout.build(), { replicaSets: [aReplicaSet()] }));
    expect(patchOf(actions, `checkout-${V1}`)).toBeUndefined();
  });

  it('given another minReadySeconds, then it follows', () => {
    const replicaSets = [aReplicaSet({ version: 'v1', size: 2, revision: 1 })];
    const rollout = aRollout().replicas(2).promoted().revision(1).spec({ minReadySeconds: 9 }).build();
    const { actions } = decideRollout(snapshotOf(rollout, { replicaSets }));
    expect(patchOf(actions, `checkout-${V1}`)?.spec?.minReadySeconds).toBe(9);
  });

  it('given everything is in place but the number on the Rollout, then only that is written, and the pass ends', () => {
    const replicaSets = [aReplicaSet({ version: 'v1', size: 2, revision: 8 })];
    const decision = decideRollout(snapshotOf(aRollout().replicas(2).promoted().revision(1).build(), { replicaSets }));
    expect(decision.actions).toMatchObject([
      { type: 'patch', after: { kind: 'Rollout', metadata: { annotations: { [REVISION]: '8' } } } },
    ]);
    expect(decision.status).toBeUndefined();
    expect(decision.events).toMatchObject([{ reason: 'RolloutUpdated', message: 'Rollout updated to revision 8' }]);
  });

  it('given a number that is none, then its annotations are left alone', () => {
    const odd = aReplicaSet({ version: 'v1', size: 2 });
    const replicaSets = [
      { ...odd, metadata: { ...odd.metadata, annotations: { [REVISION]: 'x', [DESIRED_REPLICAS]: '2' } } },
    ];
    const rollout = aRollout()
      .replicas(2)
      .promoted()
      .annotated({ team: 'shop', [REVISION]: 'x' })
      .build();
    expect(decideRollout(snapshotOf(rollout, { replicaSets })).actions).toEqual([]);
  });
});

describe('old revisions', () => {
  const versions = ['v0', 'v1', 'v2', 'v3', 'v4'];
  const promoted = aRollout().replicas(1).version('v5').promoted('v5').revision(6).spec({ revisionHistoryLimit: 3 });
  const history = (shape: Partial<Record<string, object>> = {}) => [
    ...versions.map((version, index) => aReplicaSet({ version, size: 0, revision: index + 1, ...shape[version] })),
    aReplicaSet({ version: 'v5', revision: 6 }),
  ];
  const deleted = (replicaSets: readonly ReplicaSet[]) =>
    decideRollout(snapshotOf(promoted.build(), { replicaSets })).actions.flatMap((action) =>
      action.type === 'delete' ? [action.object.name] : [],
    );

  it('given more than the limit, then the oldest are deleted', () => {
    expect(deleted(history())).toEqual([`checkout-${hashOfVersion('v0')}`, `checkout-${V1}`]);
  });

  it('given an old one still has pods, then it is skipped, not replaced by a younger one', () => {
    expect(deleted(history({ v0: { pods: 1 } }))).toEqual([`checkout-${V1}`]);
  });

  it('given one that is going already, then it does not count', () => {
    const [first, ...rest] = history();
    const going = first && { ...first, metadata: { ...first.metadata, deletionTimestamp: '2024-01-01T00:00:00Z' } };
    expect(deleted([...(going === undefined ? [] : [going]), ...rest])).toEqual([`checkout-${V1}`]);
  });

  it('given its size was not observed yet, then it is skipped', () => {
    const [first, ...rest] = history();
    const changed = first && { ...first, metadata: { ...first.metadata, generation: 2 } };
    expect(deleted([...(changed === undefined ? [] : [changed]), ...rest])).toEqual([`checkout-${V1}`]);
  });
});

describe('absent replicas', () => {
  it('given the ReplicaSet is there, then 1 is written to the Rollout, alone in a pass', () => {
    const { spec, ...rollout } = aRollout().revision(1).build();
    const { replicas: _absent, ...bare } = spec;
    const decision = decideRollout(snapshotOf({ ...rollout, spec: bare }, { replicaSets: [aReplicaSet()] }));
    expect(decision).toMatchObject({ actions: [{ type: 'patch', after: { kind: 'Rollout', spec: { replicas: 1 } } }] });
    expect(decision.status).toBeUndefined();
  });
});

describe('a change of R', () => {
  it('given it comes during an update, then only sizes and counters are written', () => {
    const steps = [setWeight(50), pause()];
    const rollout = aRollout().replicas(6).canary(steps).updating('v1', 'v2', 1).revision(2);
    const pauseConditions = [{ reason: 'CanaryPauseStep' as const, startTime: '2024-01-01T00:00:00Z' }];
    const paused = rollout.status({
      pauseConditions,
      controllerPause: true,
      canary: { currentBackgroundAnalysisRunStatus: { name: 'r', status: 'Running' } },
    });
    const replicaSets = [
      aReplicaSet({ version: 'v1', size: 2, desired: 4, revision: 1 }),
      aReplicaSet({ version: 'v2', size: 2, desired: 4, revision: 2 }),
    ];
    const told = decideRollout(snapshotOf(paused.build(), { replicaSets })).status ?? {};
    const { actions, status } = decideRollout(snapshotOf(paused.status(told).build(), { replicaSets }));
    expect(patchOf(actions, `checkout-${V1}`)?.spec?.replicas).toBe(3);
    expect(status).toMatchObject({ pauseConditions, controllerPause: true, currentStepIndex: 1, HPAReplicas: 4 });
    expect(status?.canary).toEqual(paused.build().status?.canary);
  });

  it('given replicas 0, then waiting versions lose their deadline and go', () => {
    const rollout = aRollout().replicas(0).canary([]).promoted().revision(1).build();
    const replicaSets = [aReplicaSet({ size: 0, desired: 0, deadline: T0 + 9e9 })];
    const { actions } = decideRollout(snapshotOf(rollout, { replicaSets }));
    expect(patchOf(actions, `checkout-${V1}`)?.metadata.annotations).not.toHaveProperty('scale-down-deadline');
  });

  it('given replicas 0 and an aborted one that waits, then its deadline goes as soon as nothing waits any more', () => {
    const rollout = aRollout().replicas(0).canary([pause()]).updating('v1', 'v2').revision(2).build();
    const replicaSets = [
      aReplicaSet({ version: 'v1', size: 0, desired: 0 }),
      aReplicaSet({ version: 'v2', size: 0, desired: 0, revision: 2 }),
      aReplicaSet({ version: 'v0', size: 1, desired: 0, available: 0, revision: 0, deadline: T0 }),
    ];
    const { actions } = decideRollout(snapshotOf(rollout, { replicaSets }));
    expect(patchOf(actions, `checkout-${hashOfVersion('v0')}`)?.metadata.annotations).toEqual({
      [REVISION]: '0',
      [DESIRED_REPLICAS]: '0',
    });
  });
});

describe('whatever the API server can hold', () => {
  it.each([
    { given: 'a Rollout that is being deleted', rollout: () => aRollout().build(), deleting: true },
    { given: 'a status of nothing', rollout: () => aRollout().status({}).build(), deleting: false },
    {
      given: 'a step index beyond the steps',
      rollout: () =>
        aRollout()
          .canary([setWeight(1)])
          .updating('v1', 'v2', 9)
          .build(),
      deleting: false,
    },
    {
      given: 'times that are none',
      rollout: () =>
        aRollout()
          .canary([pause(10)])
          .updating('v1', 'v2')
          .status({ pauseConditions: [{ reason: 'CanaryPauseStep', startTime: 'never' }], abortedAt: 'x' })
          .spec({ restartAt: 'soon' })
          .build(),
      deleting: false,
    },
    {
      given: 'an odd template',
      rollout: () =>
        aRollout()
          .template({ ...aTemplate(), spec: { containers: [] } })
          .build(),
      deleting: false,
    },
  ])('given $given, then a decision is made', ({ rollout, deleting }) => {
    const object = rollout();
    const metadata = deleting ? { ...object.metadata, deletionTimestamp: '2024-01-01T00:00:00Z' } : object.metadata;
    const snapshot = snapshotOf(
      { ...object, metadata },
      { replicaSets: [aReplicaSet(), aReplicaSet({ version: 'v2' })] },
    );
    const decision = decideRollout(snapshot);
    expect(decision).toEqual(decideRollout(snapshot));
    if (deleting) expect(decision).toEqual({ actions: [], events: [] });
  });
});

import { describe, expect, it } from '@jest/globals';
import type { Action } from '#core/decision.ts';
import { EPHEMERAL_METADATA, POD_TEMPLATE_HASH } from '#core/resources/keys.ts';
import type { Pod, ReplicaSet } from '#core/resources/kubernetes.ts';
import { decideRollout } from '#core/rollout/decide.ts';
import { withEphemeralMetadata } from '#core/rollout/injected-metadata.ts';
import { readsOf } from '#core/rollout/snapshot.ts';
import { aPod, aReplicaSet, aRollout, aTemplate, hashOfVersion, pause, setWeight } from '../../../support/builders.ts';
import { snapshotOf } from '../../../support/rollout-snapshot.ts';

const CANARY = { labels: { role: 'canary' } };
const STABLE = { labels: { role: 'stable' }, annotations: { note: 's' } };
const rollout = aRollout()
  .replicas(2)
  .canary([setWeight(50), pause()], { canaryMetadata: CANARY, stableMetadata: STABLE });

function afterPatch(actions: readonly Action[], name: string): ReplicaSet | Pod | undefined {
  const action = actions.find((candidate) => candidate.type === 'patch' && candidate.after.metadata.name === name);
  return action?.type === 'patch' ? action.after : undefined;
}

function labelsOf(actions: readonly Action[], replicaSet: ReplicaSet) {
  const after = (afterPatch(actions, replicaSet.metadata.name) ?? replicaSet) as ReplicaSet;
  return after.spec?.template?.metadata?.labels?.['role'];
}

describe('metadata that pods carry for a while', () => {
  const v1 = aReplicaSet({ version: 'v1', size: 1, desired: 2, revision: 1 });
  const v2 = aReplicaSet({ version: 'v2', size: 1, desired: 2, revision: 2 });
  const v0 = withEphemeralMetadata(aReplicaSet({ version: 'v0', size: 0, desired: 2, revision: 0 }), CANARY);

  it('given an update, then each version has the metadata of its role, and the others none', () => {
    const updating = rollout.updating('v1', 'v2', 1).revision(2).build();
    const pods = [aPod(v1, 'one'), aPod(v2, 'two')];
    const { actions } = decideRollout(snapshotOf(updating, { replicaSets: [v0, v1, v2], pods }));
    expect([v0, v1, v2].map((replicaSet) => labelsOf(actions, replicaSet))).toEqual([undefined, 'stable', 'canary']);
    expect(afterPatch(actions, v0.metadata.name)?.metadata.annotations).not.toHaveProperty([EPHEMERAL_METADATA]);
    expect(afterPatch(actions, 'one')?.metadata).toMatchObject({
      labels: { role: 'stable', app: 'checkout' },
      annotations: { note: 's' },
    });
    expect(afterPatch(actions, 'two')?.metadata.labels).toMatchObject({ role: 'canary' });
    const kinds = actions.map((action) => (action.type === 'patch' ? action.after.kind : ''));
    expect(kinds.indexOf('ReplicaSet')).toBeLessThan(kinds.indexOf('Pod'));
  });

  it('given the promotion, then the new version takes the metadata of the stable one and loses its own', () => {
    const canary = withEphemeralMetadata(aReplicaSet({ version: 'v2', size: 2, revision: 2 }), {
      ...CANARY,
      annotations: { own: 'x' },
    });
    const promoted = rollout.promoted('v2').version('v2').revision(2).build();
    const pod = aPod(canary, 'two');
    const seen = {
      replicaSets: [canary],
      pods: [{ ...pod, metadata: { ...pod.metadata, annotations: { own: 'x', mine: 'y' } } }],
    };
    const { actions } = decideRollout(snapshotOf(promoted, seen));
    const after = afterPatch(actions, canary.metadata.name) as ReplicaSet;
    expect(after.spec?.template?.metadata).toMatchObject({ labels: { role: 'stable' }, annotations: { note: 's' } });
    expect(after.spec?.template?.metadata?.annotations).not.toHaveProperty('own');
    expect(after.metadata.annotations?.[EPHEMERAL_METADATA]).toBe(
      '{"labels":{"role":"stable"},"annotations":{"note":"s"}}',
    );
    expect(afterPatch(actions, 'two')?.metadata.annotations).toEqual({ note: 's', mine: 'y' });
  });

  it('given a pass ended between the ReplicaSet and its pods, then the next one takes the old role from the pods', () => {
    const promoted = rollout.promoted('v2').version('v2').revision(2).build();
    const stable = withEphemeralMetadata(aReplicaSet({ version: 'v2', size: 2, revision: 2 }), STABLE);
    const canaryPod = aPod(withEphemeralMetadata(stable, { labels: { role: 'canary', old: 'x' } }), 'two');
    const wide = {
      ...promoted,
      spec: {
        ...promoted.spec,
        strategy: {
          canary: {
            ...promoted.spec.strategy?.canary,
            canaryMetadata: { labels: { role: 'canary', old: 'x' } },
          },
        },
      },
    };
    const { actions } = decideRollout(snapshotOf(wide, { replicaSets: [stable], pods: [canaryPod] }));
    expect(afterPatch(actions, 'two')?.metadata.labels).toMatchObject({ role: 'stable', app: 'checkout' });
    expect(afterPatch(actions, 'two')?.metadata.labels).not.toHaveProperty('old');
  });

  it('given metadata of the other role that the template has of its own, then pods keep it', () => {
    const labels = { app: 'checkout', tier: 'web' };
    const template = { ...aTemplate('v1', labels) };
    const settled = aRollout()
      .replicas(1)
      .template(template)
      .revision(1)
      .canary([pause()], {
        canaryMetadata: { labels: { tier: 'canary' } },
        stableMetadata: STABLE,
      });
    const bare = aReplicaSet({ template, size: 1 });
    const hash = bare.metadata.labels?.[POD_TEMPLATE_HASH] ?? '';
    const stable = withEphemeralMetadata(bare, STABLE);
    const status = { ...settled.promoted().build().status, stableRS: hash, currentPodHash: hash };
    const { actions } = decideRollout(
      snapshotOf(settled.status(status).build(), { replicaSets: [stable], pods: [aPod(stable, 'one')] }),
    );
    expect(afterPatch(actions, 'one')?.metadata.labels ?? labels).toMatchObject({ tier: 'web' });
  });

  it('given values that Go escapes in JSON, then the note is written as Go writes it', () => {
    const noted = withEphemeralMetadata(aReplicaSet(), { annotations: { b: '<&>', a: '1' } });
    expect(noted.metadata.annotations?.[EPHEMERAL_METADATA]).toBe(
      '{"annotations":{"a":"1","b":"\\u003c\\u0026\\u003e"}}',
    );
  });

  it.each(['null', '[]', '{"labels":null}', '{"labels":"x","annotations":[{}]}', '{"labels":{"a":1}}', '{'])(
    'given somebody wrote %s into the note, then it counts as none',
    (note) => {
      const strange = aReplicaSet();
      const annotations = { ...strange.metadata.annotations, [EPHEMERAL_METADATA]: note };
      const { spec } = withEphemeralMetadata({ ...strange, metadata: { ...strange.metadata, annotations } }, CANARY);
      expect(spec).toEqual(withEphemeralMetadata(strange, CANARY).spec);
    },
  );

  it('given everything carries it already, then nothing is written', () => {
    const settled = withEphemeralMetadata(aReplicaSet({ version: 'v1', size: 2, revision: 1 }), STABLE);
    const promoted = rollout.promoted().revision(1).build();
    const { actions } = decideRollout(
      snapshotOf(promoted, {
        replicaSets: [settled],
        pods: [{ ...aPod(settled, 'one'), metadata: { ...aPod(settled, 'one').metadata, annotations: { note: 's' } } }],
      }),
    );
    expect(actions).toEqual([]);
  });

  it('given a template that has the same label of its own, then nothing is noted as injected', () => {
    const template = { metadata: { labels: { app: 'checkout', role: 'canary' } }, spec: { containers: [] } };
    const own = aReplicaSet({ template });
    expect(withEphemeralMetadata(own, CANARY)).toBe(own);
  });

  it('given all four fields are gone from the spec, then what was injected stays', () => {
    const settled = withEphemeralMetadata(aReplicaSet({ version: 'v1', size: 2, revision: 1 }), STABLE);
    const bare = aRollout()
      .replicas(2)
      .canary([setWeight(50), pause()])
      .promoted()
      .revision(1)
      .build();
    expect(decideRollout(snapshotOf(bare, { replicaSets: [settled] })).actions).toEqual([]);
  });

  it('given a note that cannot be read, then it counts as empty', () => {
    const odd = aReplicaSet({ annotations: { [EPHEMERAL_METADATA]: '{' } });
    expect(withEphemeralMetadata(odd, {})).toBe(odd);
    expect(hashOfVersion('v1')).toBe(odd.metadata.labels?.['rollouts-pod-template-hash']);
  });
});

describe('what a pass must read', () => {
  const analysed = { templates: [{ templateName: 'a' }, { templateName: 'b', clusterScope: true }] };

  it('given Services and templates in all places, then each is named once', () => {
    const reads = readsOf(
      aRollout()
        .canary([setWeight(1), { analysis: analysed }, { analysis: { templates: [{ templateName: 'a' }] } }], {
          stableService: 's',
          canaryService: 'c',
          analysis: { templates: [{ templateName: 'b' }] },
        })
        .build(),
    );
    expect(reads).toEqual({
      services: ['c', 's'],
      templates: [
        { name: 'a', clusterScope: false },
        { name: 'b', clusterScope: true },
        { name: 'b', clusterScope: false },
      ],
      replicaSet: `checkout-${hashOfVersion('v1')}`,
      pods: false,
    });
  });

  it('given a blue-green Rollout, then both Services and both analyses', () => {
    const reads = readsOf(
      aRollout()
        .blueGreen({ previewService: 'preview', prePromotionAnalysis: analysed, postPromotionAnalysis: analysed })
        .build(),
    );
    expect(reads).toMatchObject({ services: ['active', 'preview'], templates: [{ name: 'a' }, { name: 'b' }] });
  });

  it.each([
    { given: 'ephemeral metadata', rollout: rollout.build() },
    { given: 'a restart', rollout: aRollout().spec({ restartAt: '2024-01-01T00:00:00Z' }).build() },
  ])('given $given, then pods too', ({ rollout: object }) => {
    expect(readsOf(object).pods).toBe(true);
  });
});

import { describe, expect, it } from '@jest/globals';
import { applyCommand } from '#core/commands/apply.ts';
import { bindTo, type Command } from '#core/commands/command.ts';
import type { Beside } from '#core/commands/reads.ts';
import { applyMerge } from '#core/merge-patch.ts';
import type { Rollout } from '#core/resources/argo.ts';
import { EPHEMERAL_METADATA, REVISION_HISTORY } from '#core/resources/keys.ts';
import type { KubernetesObject, PodTemplate, ReplicaSet } from '#core/resources/kubernetes.ts';
import { aReplicaSet, aRollout, aTemplate, NAMESPACE } from '../../../support/builders.ts';

const [V1, V2, V3] = [1, 2, 3].map((revision) => aReplicaSet({ version: `v${revision}`, revision })) as [
  ReplicaSet,
  ReplicaSet,
  ReplicaSet,
];
const SETS = [V1, V2, V3];
const current = aRollout().version('v3').revision(3).generation(7).build();

function ask(verb: Command['verb'], seen: Rollout, more: Partial<Command> = {}): Command {
  return {
    verb,
    rollout: { cluster: 'local', namespace: NAMESPACE, name: 'checkout' },
    binding: bindTo(seen),
    ...more,
  };
}

function undo(more: Partial<Command> = {}, sets: readonly ReplicaSet[] = SETS, rollout = current, seen = current) {
  return applyCommand(ask('undo', seen, more), rollout, { replicaSets: sets, workload: undefined });
}

/** The template as the patch leaves it. */
function templateAfter(effect: ReturnType<typeof undo>, rollout = current): PodTemplate | undefined {
  if (effect.state !== 'change') return undefined;
  return (applyMerge(rollout.spec, effect.spec) as unknown as Rollout['spec']).template;
}

/** As the API server and the engine leave a Rollout that went back to v2: the old ReplicaSet has the next number. */
const undone = aRollout().version('v2').revision(4).generation(8).build();
const setsOfUndone = [V1, aReplicaSet({ version: 'v2', revision: 4, annotations: { [REVISION_HISTORY]: '2' } }), V3];

describe('given undo', () => {
  it('when no revision is named, then the template of the one before the newest comes back, without the hash', () => {
    const effect = undo();
    expect(effect).toMatchObject({ says: 'rolled back to revision 2; its release begins' });
    expect(templateAfter(effect)).toEqual(aTemplate('v2'));
  });

  it('when a revision is named, then that one', () => {
    expect(templateAfter(undo({ toRevision: 1 }))).toEqual(aTemplate('v1'));
  });

  it('when 0 is named, then it is the previous one, as kubectl has it', () => {
    expect(templateAfter(undo({ toRevision: 0 }))).toEqual(aTemplate('v2'));
  });

  it('when the revision is not there, then it is refused and those that exist are told', () => {
    expect(undo({ toRevision: 9 })).toEqual({
      state: 'refused',
      says: 'no revision 9 to go back to; there are: 3, 2, 1',
    });
  });

  it('when there is no earlier one, then it is refused', () => {
    expect(undo({}, [V3])).toEqual({ state: 'refused', says: 'no earlier revision to go back to; there are: 3' });
  });

  it('when ReplicaSets of others match the selector, then they are no revisions of this Rollout', () => {
    const foreign = [V1, V2].map((set) => ({ ...set, metadata: { ...set.metadata, ownerReferences: [] } }));
    expect(undo({}, [...foreign, V3])).toMatchObject({ state: 'refused' });
  });

  it('when the template is that one already, then it is applied', () => {
    expect(undo({ toRevision: 3 })).toEqual({
      state: 'applied',
      says: 'the pod template is that of revision 3 already',
    });
  });

  it.each([
    { given: 'the previous one', more: {} },
    { given: 'a named one', more: { toRevision: 2 } },
  ])('when it comes a second time for $given, then it is applied, and does not go forth again', ({ more }) => {
    expect(undo(more, setsOfUndone, undone)).toMatchObject({ state: 'applied' });
  });

  it('when the spec was edited since, then it is stale', () => {
    const edited = aRollout().version('v4').revision(3).generation(8).build();
    expect(undo({ toRevision: 1 }, SETS, edited)).toEqual({
      state: 'stale',
      says: 'the Rollout was edited since (generation 8, it was asked for 7); ask again',
    });
  });

  it('when the newest template has no ReplicaSet yet, then the previous one is the newest that has', () => {
    const unborn = aRollout().version('v4').revision(3).generation(8).build();
    expect(templateAfter(undo({}, SETS, unborn, unborn), unborn)).toEqual(aTemplate('v3'));
  });

  it('when the engine has put metadata and anti-affinity into the old pods, then they do not come back with it', () => {
    const antiAffinity = { requiredDuringSchedulingIgnoredDuringExecution: {} };
    const rollout = aRollout().version('v3').revision(3).canary([], { antiAffinity }).build();
    const sets = [V1, decorated(V2), V3];
    expect(templateAfter(undo({}, sets, rollout, rollout), rollout)).toEqual(aTemplate('v2'));
  });
});

/** As the engine makes it while another version is stable. */
function decorated({ metadata, spec, ...rest }: ReplicaSet): ReplicaSet {
  const template = spec?.template ?? {};
  const note = { [EPHEMERAL_METADATA]: '{"labels":{"role":"canary"}}' };
  const term = {
    labelSelector: { matchExpressions: [{ key: 'rollouts-pod-template-hash', operator: 'In', values: ['x'] }] },
    topologyKey: 'kubernetes.io/hostname',
  };
  const affinity = { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } };
  const labels = { ...template.metadata?.labels, role: 'canary' };
  const injected = { metadata: { labels }, spec: { ...template.spec, affinity } };
  return {
    ...rest,
    metadata: { ...metadata, annotations: { ...metadata.annotations, ...note } },
    spec: { ...spec, template: injected },
  } as ReplicaSet;
}

function deployment(image = 'registry.local/checkout:v3', generation = 5): KubernetesObject {
  const template = { metadata: { labels: { app: 'checkout' } }, spec: { containers: [{ name: 'app', image }] } };
  const metadata = { name: 'checkout', namespace: NAMESPACE, uid: 'd', generation };
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec: { template } } as KubernetesObject;
}

/** The Rollout takes its template from a workload; the engine has noted generation 5 of it. */
function referring(kind = 'Deployment', apiVersion = 'apps/v1'): Rollout {
  const rollout = aRollout().revision(3).annotated({ 'rollout.argoproj.io/workload-generation': '5' }).build();
  const { template: _, ...spec } = rollout.spec;
  return { ...rollout, spec: { ...spec, workloadRef: { apiVersion, kind, name: 'checkout' } } };
}

describe('given a Rollout whose template stands in a workload', () => {
  const rollout = referring();
  const images = { app: 'x:2' };
  const beside = (workload: KubernetesObject | undefined): Beside => ({ replicaSets: SETS, workload });

  it('when undone, then the workload is patched, not the Rollout', () => {
    const effect = applyCommand(ask('undo', rollout), rollout, beside(deployment()));
    expect(effect).toMatchObject({ state: 'change', other: { object: { kind: 'Deployment' } } });
    expect(effect).not.toHaveProperty('spec');
    const after = effect.state === 'change' && applyMerge(deployment(), effect.other?.patch);
    expect(after).toMatchObject({ spec: { template: aTemplate('v2') } });
  });

  it('when the image is set, then in the workload', () => {
    const effect = applyCommand(ask('set-image', rollout, { images }), rollout, beside(deployment()));
    const containers = [{ name: 'app', image: 'x:2' }];
    expect(effect).toMatchObject({ other: { patch: { spec: { template: { spec: { containers } } } } } });
  });

  it('when the workload was edited since, then it is stale', () => {
    const edited = beside(deployment('x:9', 6));
    expect(applyCommand(ask('set-image', rollout, { images }), rollout, edited)).toEqual({
      state: 'stale',
      says: 'Deployment checkout was edited since (generation 6, it was asked for 5); ask again',
    });
  });

  it('when it is a PodTemplate, then its template stands at the top', () => {
    const { spec: _, ...bare } = deployment() as KubernetesObject & { spec: unknown };
    const holder = { ...bare, apiVersion: 'v1', kind: 'PodTemplate', template: aTemplate('v3') };
    const refers = referring('PodTemplate', 'v1');
    expect(applyCommand(ask('set-image', refers, { images }), refers, beside(holder))).toMatchObject({
      other: { patch: { template: { spec: { containers: [{ image: 'x:2' }] } } } },
    });
  });

  it.each([
    {
      given: 'does not exist',
      workload: undefined,
      then: 'Deployment shop/checkout, to which workloadRef leads, does not exist',
    },
    {
      given: 'is of a kind that Argo does not take',
      workload: { ...deployment(), kind: 'StatefulSet' },
      then: 'workload of type apps/StatefulSet is not supported',
    },
  ])('when the workload $given, then it is refused', ({ workload, then }) => {
    expect(applyCommand(ask('undo', rollout), rollout, beside(workload))).toEqual({ state: 'refused', says: then });
  });
});

describe('given set image', () => {
  const pods = aRollout()
    .generation(7)
    .template({
      metadata: { labels: { app: 'checkout' } },
      spec: {
        containers: [
          { name: 'app', image: 'app:1' },
          { name: 'side', image: 'side:1' },
        ],
        initContainers: [{ name: 'migrate', image: 'app:1' }],
      },
    })
    .build();
  const edited = { ...pods, metadata: { ...pods.metadata, generation: 8 } };
  const set = (images: Readonly<Record<string, string>>, rollout = pods) =>
    applyCommand(ask('set-image', pods, { images }), rollout);

  it.each<{ images: Record<string, string>; then: string[] }>([
    { images: { app: 'app:2' }, then: ['app:2', 'side:1', 'app:1'] },
    { images: { migrate: 'app:2' }, then: ['app:1', 'side:1', 'app:2'] },
    { images: { '*': 'all:2' }, then: ['all:2', 'all:2', 'all:2'] },
    { images: { '*': 'all:2', side: 'side:2' }, then: ['all:2', 'side:2', 'all:2'] },
  ])('when $images, then the images are $then', ({ images, then }) => {
    const after = templateAfter(set(images), pods)?.spec;
    expect([...(after?.containers ?? []), ...(after?.initContainers ?? [])].map(({ image }) => image)).toEqual(then);
  });

  it.each(['web', 'constructor'])(
    'when there is no container %s, then it is refused and those that exist are told',
    (name) => {
      expect(set({ [name]: 'x:1' })).toEqual({
        state: 'refused',
        says: `no container "${name}"; there are: app, side, migrate`,
      });
    },
  );

  it('when it comes a second time, then it is applied although the spec was edited by the first', () => {
    expect(set({ app: 'app:1' }, edited)).toMatchObject({ state: 'applied' });
  });

  it('when the spec was edited by another, then it is stale', () => {
    expect(set({ app: 'app:2' }, edited)).toMatchObject({ state: 'stale' });
  });
});

describe('given restart', () => {
  const restartAt = '2024-01-01T00:00:10Z';

  it('when it is asked for, then restartAt is written as the plugin writes it', () => {
    expect(applyCommand(ask('restart', current, { restartAt }), current)).toMatchObject({
      state: 'change',
      spec: { restartAt },
    });
  });

  it('when it comes a second time, then nothing is restarted twice', () => {
    const asked = aRollout().spec({ restartAt }).build();
    expect(applyCommand(ask('restart', asked, { restartAt }), asked)).toMatchObject({ state: 'applied' });
  });
});

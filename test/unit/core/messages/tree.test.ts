import { describe, expect, it } from '@jest/globals';
import { renderRollout } from '#core/messages/tree/render.ts';
import type { RolloutView } from '#core/messages/tree/view.ts';

const NOW = Date.UTC(2024, 0, 1, 1);
const ago = (seconds: number) => new Date(NOW - seconds * 1000).toISOString();
const owned = (kind: string, uid: string) => [{ apiVersion: 'v1', kind, name: 'x', uid, controller: true }];

function replicaSet(hash: string, revision: number, pods: number, age: number) {
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `guestbook-${hash}`,
      namespace: 'default',
      uid: hash,
      creationTimestamp: ago(age),
      labels: { 'rollouts-pod-template-hash': hash },
      annotations: { 'rollout.argoproj.io/revision': String(revision) },
      ownerReferences: owned('Rollout', 'ro'),
    },
    spec: { replicas: pods, template: { spec: { containers: [{ name: 'a', image: `repo/app:${hash}` }] } } },
    status: { replicas: pods, availableReplicas: pods },
  };
}

const VIEW = {
  now: NOW,
  rollout: {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Rollout',
    metadata: { name: 'guestbook', namespace: 'default', uid: 'ro', generation: 2, creationTimestamp: ago(21 * 60) },
    spec: { replicas: 5, strategy: { canary: { steps: [{ setWeight: 20 }, { pause: {} }, { setWeight: 40 }] } } },
    status: {
      observedGeneration: '2',
      phase: 'Paused',
      message: 'CanaryPauseStep',
      pauseConditions: [{ reason: 'CanaryPauseStep', startTime: ago(10) }],
      controllerPause: true,
      currentPodHash: 'green',
      stableRS: 'blue',
      currentStepIndex: 1,
      replicas: 6,
      updatedReplicas: 1,
      readyReplicas: 6,
      availableReplicas: 6,
    },
  },
  replicaSets: [replicaSet('blue', 1, 5, 21 * 60), replicaSet('green', 2, 1, 125)],
  pods: [
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name: 'guestbook-green-1',
        namespace: 'default',
        uid: 'p1',
        creationTimestamp: ago(125),
        ownerReferences: owned('ReplicaSet', 'green'),
      },
      spec: { containers: [{ name: 'a' }] },
      status: { phase: 'Running', containerStatuses: [{ name: 'a', ready: true, restartCount: 2 }] },
    },
  ],
  analysisRuns: [
    {
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'AnalysisRun',
      metadata: {
        name: 'guestbook-green-2',
        namespace: 'default',
        uid: 'ar',
        creationTimestamp: ago(60),
        annotations: { 'rollout.argoproj.io/revision': '2' },
        ownerReferences: owned('Rollout', 'ro'),
      },
      spec: { metrics: [] },
      status: { phase: 'Running', metricResults: [{ name: 'm', phase: 'Running', successful: 3, failed: 1 }] },
    },
  ],
} as unknown as RolloutView;

describe('given a canary that is paused at its second step', () => {
  it('when it is shown, then it reads as the kubectl plugin prints it', () => {
    expect(renderRollout(VIEW)).toBe(
      [
        'Name:            guestbook',
        'Namespace:       default',
        'Status:          ॥ Paused',
        'Message:         CanaryPauseStep',
        'Strategy:        Canary',
        '  Step:          1/3',
        '  SetWeight:     20',
        '  ActualWeight:  17',
        'Images:          repo/app:blue (stable)',
        '                 repo/app:green (canary)',
        'Replicas:',
        '  Desired:       5',
        '  Current:       6',
        '  Updated:       1',
        '  Ready:         6',
        '  Available:     6',
        '',
        'NAME                          KIND         STATUS     AGE  INFO',
        '⟳ guestbook                   Rollout      ॥ Paused   21m',
        '├──# revision:2',
        '│  ├──⧉ guestbook-green       ReplicaSet   ✔ Healthy  2m   canary',
        '│  │  └──□ guestbook-green-1  Pod          ✔ Running  2m   ready:1/1,restarts:2',
        '│  └──α guestbook-green-2     AnalysisRun  ◌ Running  60s  ✔ 3,✖ 1',
        '└──# revision:1',
        '   └──⧉ guestbook-blue        ReplicaSet   ✔ Healthy  21m  stable',
      ].join('\n'),
    );
  });

  it('when colours are wanted, then icons and roles are painted and the columns stay aligned', () => {
    const painted = renderRollout(VIEW, (colour, text) => (colour === 'plain' ? text : `<${colour}>${text}</>`));
    expect(painted).toContain('⧉ guestbook-green       ReplicaSet   <green>✔</> Healthy  2m   <yellow>canary</>');
  });

  it('when a person has just resumed it, then the message is what clients compute first', () => {
    const { pauseConditions: _, ...status } = VIEW.rollout.status ?? {};
    const resumed = { ...VIEW, rollout: { ...VIEW.rollout, status } } as RolloutView;
    expect(renderRollout(resumed)).toContain('Message:         waiting for rollout to unpause');
  });
});

/** Argo CD shows a Rollout's health by rules of its own. What they make of what Weir writes, from situation to situation. */
import { afterEach, describe, expect, it } from '@jest/globals';
import type { Rollout } from '#core/resources/argo.ts';
import { argoCdHealth } from '../support/argo-cd-health.ts';
import { BLUE_GREEN, CANARY, SERVICES, SUCCESS_RATE } from '../support/manifests.ts';
import { World, type Answers } from '../support/world.ts';

let world: World;
afterEach(() => world.stop());

interface Situation {
  readonly given: string;
  readonly manifests?: readonly (string | object)[];
  readonly answers?: Answers;
  readonly happens: () => Promise<void>;
  readonly shown: { readonly status: string; readonly message?: string };
}

const until = (what: string, holds: (rollout: Rollout) => boolean) =>
  world.until(what, async () => holds(await world.rollout()));
const untilPhase = (phase: string) => until(phase, ({ status }) => status?.phase === phase);

const SITUATIONS: readonly Situation[] = [
  {
    given: 'nothing but a first version',
    happens: async () => undefined,
    shown: { status: 'Healthy' },
  },
  {
    given: 'a new version that has just been applied',
    happens: () => world.setImage('my-app:v3'),
    shown: { status: 'Progressing', message: 'Waiting for rollout spec update to be observed' },
  },
  {
    given: 'a canary whose pods come up',
    happens: async () => {
      await world.setImage('my-app:v3');
      await untilPhase('Progressing');
    },
    shown: { status: 'Progressing', message: 'more replicas need to be updated' },
  },
  {
    given: 'a canary in a pause',
    happens: async () => {
      await world.setImage('my-app:v3');
      await untilPhase('Paused');
    },
    shown: { status: 'Suspended', message: 'CanaryPauseStep' },
  },
  {
    given: 'a Rollout that its owner has paused',
    happens: async () => {
      await world.edit((rollout) => ({ ...rollout, spec: { ...rollout.spec, paused: true } }));
      await world.setImage('my-app:v3');
      await untilPhase('Paused');
    },
    shown: { status: 'Suspended', message: 'manually paused' },
  },
  {
    given: 'a canary that analysis has aborted',
    answers: () => 0.5,
    happens: async () => {
      await world.setImage('my-app:v3');
      await untilPhase('Degraded');
    },
    shown: {
      status: 'Degraded',
      message:
        'RolloutAborted: Rollout aborted update to revision 2: Background analysis phase error/failed: ' +
        'Metric "success-rate" assessed Failed due to failed (4) > failureLimit (3)',
    },
  },
  {
    given: 'blue-green that waits for a person',
    manifests: [...SERVICES, BLUE_GREEN],
    happens: async () => {
      await world.setImage('my-app:v3');
      await untilPhase('Paused');
    },
    shown: { status: 'Suspended', message: 'BlueGreenPause' },
  },
  {
    given: 'a spec that cannot be',
    happens: async () => {
      await world.edit((rollout) => ({ ...rollout, spec: { ...rollout.spec, strategy: {} } }));
      await untilPhase('Degraded');
    },
    shown: {
      status: 'Degraded',
      message:
        'The Rollout "my-app" is invalid: spec.strategy.strategy: Required value: ' +
        "Rollout has missing field '.spec.strategy.canary or .spec.strategy.blueGreen'",
    },
  },
];

describe('the health that Argo CD shows', () => {
  it.each(SITUATIONS)('given $given, then it is $shown.status', async ({ manifests, answers, happens, shown }) => {
    world = new World(answers === undefined ? {} : { answers });
    await world.apply(...(manifests ?? [SUCCESS_RATE, CANARY]));
    await untilPhase('Healthy');
    await happens();
    expect(argoCdHealth(await world.rollout())).toEqual(shown);
  });

  it('given a whole release, then it is Progressing or Suspended until it is Healthy, never anything else', async () => {
    world = new World();
    await world.apply(SUCCESS_RATE, CANARY);
    await untilPhase('Healthy');
    const first = (await world.rollout()).status?.currentPodHash;
    await world.setImage('my-app:v3');
    const shown = new Set<string>();
    await until('the promotion', (rollout) => {
      shown.add(argoCdHealth(rollout).status);
      return rollout.status?.stableRS !== first && rollout.status?.phase === 'Healthy';
    });
    expect([...shown]).toEqual(['Progressing', 'Suspended', 'Healthy']);
  });
});

import { describe, expect, it } from '@jest/globals';
import type { AnalysisRun, CanaryStep, Measurement } from '#core/resources/argo.ts';
import { HOUR, MINUTE } from '#core/time.ts';
import { anAnalysisTemplate, aRollout, hashOfVersion, pause, setWeight } from '../../../support/builders.ts';
import { RolloutWorld } from '../../../support/rollout-world.ts';

const finishedAt = '2024-01-01T01:00:00Z';
const GOOD: Measurement = { phase: 'Successful', finishedAt };
/** As a run with hold keeps an outage. */
const SILENT: Measurement = {
  phase: 'Error',
  message: 'connection refused',
  finishedAt,
  metadata: { 'weir.dev/error-of': 'provider' },
};

const STEPS = [setWeight(20), pause('1m'), setWeight(40), pause()];

/** v2 is being released; its analysis runs in the background and has not been measured yet. */
function releasing(choice: string, steps: readonly CanaryStep[] = STEPS): RolloutWorld {
  const rollout = aRollout()
    .annotated({ 'weir.dev/on-provider-error': choice })
    .replicas(5)
    .canary(steps, { analysis: { templates: [{ templateName: 'errors' }] } })
    .build();
  const world = new RolloutWorld(rollout, { templates: [anAnalysisTemplate('errors')], podsPerPass: 1 });
  world.settle();
  world.deploy('v2');
  while (world.runs.length === 0) world.pass();
  world.events.length = 0;
  return world;
}

function measure(world: RolloutWorld, measurement: Measurement): void {
  const metricResults = [{ name: 'success-rate', phase: 'Running', measurements: [measurement] }];
  world.runs = world.runs.map((run): AnalysisRun => ({ ...run, status: { phase: 'Running', metricResults } }));
}

const held = ({ status }: RolloutWorld) => status.conditions?.find(({ type }) => type === 'Held');
const heldEvents = (world: RolloutWorld) => world.eventTexts('RolloutHeld');

describe('given metrics that do not answer from the start', () => {
  it('when it is to hold, then no step completes, it says so once, and it looks again', () => {
    const world = releasing('hold');
    measure(world, SILENT);
    world.wait(HOUR);
    expect(world.status.currentStepIndex).toBe(0);
    expect(held(world)).toMatchObject({ status: 'True', reason: 'MetricsDoNotAnswer' });
    expect(heldEvents(world)).toEqual([expect.stringContaining('does not answer: connection refused')]);
    expect(world.decisions.at(-1)?.requeueAfter).toBeLessThanOrEqual(15_000);
  });

  it('when it is to hold, then the pods of the weight it is at still come up', () => {
    const world = releasing('hold');
    measure(world, SILENT);
    world.settle();
    expect(world.sizes()).toEqual({ v1: '4/4', v2: '1/1' });
  });

  it('when they answer at last, then it goes on, resumes audibly, and is not late', () => {
    const world = releasing('hold', [setWeight(20), setWeight(40), pause()]);
    measure(world, SILENT);
    world.wait(HOUR);
    measure(world, GOOD);
    world.wait(MINUTE);
    expect(world.status.currentStepIndex).toBe(2);
    expect(held(world)).toBeUndefined();
    expect(world.eventTexts('RolloutResumed')).toContain('Metrics answer again');
    expect(world.decisions.map(({ status }) => status?.phase)).not.toContain('Degraded');
  });

  it('when they answer at last and pods are missing, then the progress deadline begins anew', () => {
    const world = releasing('hold');
    world.broken.add('v2');
    measure(world, SILENT);
    world.wait(HOUR);
    expect(world.status.phase).toBe('Progressing');
    measure(world, GOOD);
    world.wait(9 * MINUTE);
    expect(world.status.phase).toBe('Progressing');
    world.wait(2 * MINUTE);
    expect(world.status.phase).toBe('Degraded');
  });

  it.each(['argo', 'continue'])('when it says %s, then steps go on', (choice) => {
    const world = releasing(choice);
    measure(world, SILENT);
    world.wait(2 * MINUTE);
    expect(world.status.currentStepIndex).toBe(3);
    expect(heldEvents(world)).toEqual([]);
  });
});

describe('given metrics that fall silent', () => {
  it('given a timed pause, when it is over, then it waits on', () => {
    const world = releasing('hold');
    measure(world, GOOD);
    world.settle();
    expect(world.status.currentStepIndex).toBe(1);
    measure(world, SILENT);
    world.wait(HOUR);
    expect(world.status).toMatchObject({ currentStepIndex: 1, phase: 'Paused' });
  });

  it('given a person ends the pause, when metrics answer, then that end counts and no pause is taken again', () => {
    const world = releasing('hold', [pause(), setWeight(40), pause()]);
    measure(world, GOOD);
    world.settle();
    measure(world, SILENT);
    world.settle();
    world.promote();
    world.wait(HOUR);
    expect(world.status).toMatchObject({ currentStepIndex: 0, controllerPause: true });
    expect(world.status.pauseConditions).toBeUndefined();
    measure(world, GOOD);
    world.wait(MINUTE);
    expect(world.status.currentStepIndex).toBe(2);
  });

  it('given all steps are done, when all pods are there, then it is not promoted', () => {
    const world = releasing('hold', [setWeight(20)]);
    measure(world, GOOD);
    while (world.status.currentStepIndex === 0) world.pass();
    measure(world, SILENT);
    world.wait(HOUR);
    expect(world.status.currentPodHash).not.toBe(world.status.stableRS);
    measure(world, GOOD);
    world.wait(MINUTE);
    expect(world.status.currentPodHash).toBe(world.status.stableRS);
  });
});

describe('given a Rollout that is held', () => {
  const begin = () => {
    const world = releasing('hold');
    measure(world, SILENT);
    world.settle();
    expect(held(world)).toBeDefined();
    return world;
  };

  it('when a person aborts, then it goes back to stable and is held no more', () => {
    const world = begin();
    world.abort();
    world.wait(MINUTE);
    expect(world.sizes()).toEqual({ v1: '5/5' });
    expect(held(world)).toBeUndefined();
    expect(world.eventTexts('RolloutResumed')).toEqual([]);
  });

  it('when a person promotes it fully, then it is promoted', () => {
    const world = begin();
    world.promoteFull();
    world.wait(MINUTE);
    expect(world.status.currentPodHash).toBe(world.status.stableRS);
    expect(held(world)).toBeUndefined();
    expect(world.eventTexts('RolloutResumed')).toEqual([]);
  });

  it('when a new version comes, then the old one’s metrics hold it no more', () => {
    const world = begin();
    world.deploy('v3');
    while (world.status.currentPodHash !== hashOfVersion('v3')) world.pass();
    expect(held(world)).toBeUndefined();
    expect(world.eventTexts('RolloutResumed')).toEqual([]);
  });

  it('when it goes back to stable, then it goes', () => {
    const world = begin();
    world.deploy('v1');
    world.wait(MINUTE);
    expect(world.sizes()).toEqual({ v1: '5/5' });
    expect(world.status.phase).toBe('Healthy');
  });
});

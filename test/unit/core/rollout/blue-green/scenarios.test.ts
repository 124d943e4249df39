import { describe, expect, it } from '@jest/globals';
import type { BlueGreenStrategy } from '#core/resources/argo.ts';
import { SCALE_DOWN_DEADLINE } from '#core/resources/keys.ts';
import { selectedHash } from '#core/rollout/services.ts';
import { formatTimestamp, MINUTE, SECOND } from '#core/time.ts';
import { aMetric, anAnalysisTemplate, aRollout, aService, hashOfVersion } from '../../../../support/builders.ts';
import { RolloutWorld } from '../../../../support/rollout-world.ts';

const V1 = hashOfVersion('v1');
const V2 = hashOfVersion('v2');
const V3 = hashOfVersion('v3');
const PREVIEW = { previewService: 'preview' };
const PRE = { prePromotionAnalysis: { templates: [{ templateName: 'smoke' }] } };
const POST = { postPromotionAnalysis: { templates: [{ templateName: 'smoke' }] } };

function fresh(strategy: Partial<BlueGreenStrategy> = {}, replicas = 3): RolloutWorld {
  return new RolloutWorld(aRollout().replicas(replicas).blueGreen(strategy).build(), {
    services: [aService('active'), aService('preview')],
    templates: [anAnalysisTemplate('smoke', [{ ...aMetric(), count: 1 }])],
  });
}

/** v1 is deployed and healthy. */
function running(strategy: Partial<BlueGreenStrategy> = {}, replicas = 3): RolloutWorld {
  const world = fresh(strategy, replicas);
  world.settle();
  expect(world.status.phase).toBe('Healthy');
  world.events.length = 0;
  return world;
}

function selectors(world: RolloutWorld) {
  return { active: selectedHash(world.service('active')), preview: selectedHash(world.service('preview')) };
}

describe('the first deploy', () => {
  it('given a preview of 1, then it is stable before its pods are ready, at full size, and served once they are', () => {
    const world = fresh({ ...PREVIEW, previewReplicaCount: 1 });
    world.broken.add('v1');
    world.settle();
    expect(world.status).toMatchObject({ stableRS: V1, phase: 'Progressing', blueGreen: { previewSelector: V1 } });
    expect(selectors(world)).toEqual({ active: '', preview: V1 });
    expect(world.eventTexts('RolloutCompleted')).toEqual([
      `Rollout completed update to revision 1 (${V1}): Initial deploy`,
    ]);
    world.broken.delete('v1');
    world.settle();
    expect(selectors(world)).toEqual({ active: V1, preview: V1 });
    expect(world.status).toMatchObject({ phase: 'Healthy', blueGreen: { activeSelector: V1 } });
    expect(world.sizes()).toEqual({ v1: '3/3' });
    expect(world.eventTexts('RolloutPaused')).toEqual([]);
  });
});

describe('an update', () => {
  it('given automatic promotion, then it switches when ready, promotes in the same pass and delays the old version', () => {
    const world = running(PREVIEW);
    world.deploy('v2');
    const promoted = passesUntil(world, () => selectors(world).active === V2);
    expect(promoted.status?.stableRS).toBe(V2);
    expect(world.eventTexts('RolloutCompleted')).toEqual([
      `Rollout completed update to revision 2 (${V2}): Completed blue-green update`,
    ]);
    expect(world.replicaSet('v1')?.metadata.annotations?.[SCALE_DOWN_DEADLINE]).toBeUndefined();
    const at = world.now;
    world.pass();
    expect(world.replicaSet('v1')?.metadata.annotations?.[SCALE_DOWN_DEADLINE]).toBe(formatTimestamp(at + 30 * SECOND));
    world.settle();
    expect(world.sizes()).toEqual({ v1: '3/3', v2: '3/3' });
    world.wait(MINUTE);
    expect(world.sizes()).toEqual({ v2: '3/3' });
    expect(world.replicaSet('v1')?.metadata.annotations?.[SCALE_DOWN_DEADLINE]).toBeUndefined();
    expect(world.status.phase).toBe('Healthy');
  });

  it('given no automatic promotion, then it pauses when ready until a person promotes', () => {
    const world = running({ ...PREVIEW, autoPromotionEnabled: false });
    world.deploy('v2');
    world.settle();
    expect(world.status).toMatchObject({
      phase: 'Paused',
      message: 'BlueGreenPause',
      controllerPause: true,
      stableRS: V1,
      currentPodHash: V2,
    });
    expect(selectors(world)).toEqual({ active: V1, preview: V2 });
    expect(world.sizes()).toEqual({ v1: '3/3', v2: '3/3' });
    world.promote();
    world.settle();
    expect(selectors(world).active).toBe(V2);
    expect(world.status.stableRS).toBe(V2);
  });

  it('given autoPromotionSeconds, then it pauses and goes on by itself when they have passed', () => {
    const world = running({ ...PREVIEW, autoPromotionSeconds: 120 });
    world.deploy('v2');
    world.settle();
    expect(world.status.message).toBe('BlueGreenPause');
    expect(world.decisions.at(-1)?.requeueAfter).toBeGreaterThan(110 * SECOND);
    world.wait(100 * SECOND);
    expect(world.status.message).toBe('BlueGreenPause');
    world.wait(30 * SECOND);
    expect(selectors(world).active).toBe(V2);
  });

  it('given autoPromotionSeconds and a person who promotes meanwhile, then it goes on at once', () => {
    const world = running({ ...PREVIEW, autoPromotionSeconds: 120 });
    world.deploy('v2');
    world.settle();
    world.promote();
    world.settle();
    expect(selectors(world).active).toBe(V2);
  });

  it('given promote --full while paused, then it is promoted', () => {
    const world = running({ autoPromotionEnabled: false });
    world.deploy('v2');
    world.settle();
    world.promoteFull();
    world.settle();
    expect(world.status).toMatchObject({ stableRS: V2 });
    expect(world.status.promoteFull).toBeUndefined();
    expect(world.eventTexts('RolloutCompleted').at(-1)).toContain('Full promotion requested');
  });

  it('given a preview of 1, then it grows to its full size only after the pause', () => {
    const world = running({ ...PREVIEW, previewReplicaCount: 1, autoPromotionEnabled: false });
    world.deploy('v2');
    world.settle();
    expect(world.sizes()).toEqual({ v1: '3/3', v2: '1/1' });
    expect(world.status.message).toBe('BlueGreenPause');
    world.promote();
    world.podsPerPass = 0;
    world.settle();
    expect(world.status.blueGreen).toMatchObject({ scaleUpPreviewCheckPoint: true, activeSelector: V1 });
    expect(world.sizes()).toEqual({ v1: '3/3', v2: '3/1' });
    world.podsPerPass = 1;
    world.settle();
    expect(selectors(world).active).toBe(V2);
    expect(world.status.blueGreen?.scaleUpPreviewCheckPoint).toBeUndefined();
  });

  it('given pods that never become available, then nothing is switched', () => {
    const world = running(PREVIEW);
    world.broken.add('v2');
    world.deploy('v2');
    world.settle();
    expect(selectors(world)).toEqual({ active: V1, preview: V2 });
    expect(world.status).toMatchObject({ stableRS: V1, phase: 'Progressing' });
  });

  it('given spec.paused before, then it is scaled, but no Service is switched', () => {
    const world = running(PREVIEW);
    world.edit({ paused: true });
    world.deploy('v2');
    world.settle();
    expect(world.sizes()).toEqual({ v1: '3/3', v2: '3/3' });
    expect(selectors(world)).toEqual({ active: V1, preview: V1 });
    expect(world.status).toMatchObject({ phase: 'Paused', message: 'manually paused' });
  });
});

describe('analysis of a blue-green update', () => {
  it('given a pre-promotion run, then the switch waits for its success', () => {
    const world = running({ ...PREVIEW, ...PRE });
    world.deploy('v2');
    world.settle();
    expect(world.runs.map(({ metadata }) => metadata.name)).toEqual([`checkout-${V2}-2-pre`]);
    expect(selectors(world).active).toBe(V1);
    world.finishRun(`checkout-${V2}-2-pre`, 'Successful');
    world.settle();
    expect(selectors(world).active).toBe(V2);
    expect(world.status.blueGreen?.prePromotionAnalysisRunStatus).toMatchObject({ status: 'Successful' });
  });

  it('given it fails, then the update is aborted and active never moved', () => {
    const world = running({ ...PREVIEW, ...PRE });
    world.deploy('v2');
    world.settle();
    world.finishRun(`checkout-${V2}-2-pre`, 'Failed', 'broken');
    world.settle();
    expect(world.status.message).toContain('Blue/green pre-promotion analysis phase error/failed: broken');
    expect(selectors(world)).toEqual({ active: V1, preview: V2 });
    expect(world.sizes()).toEqual({ v1: '3/3', v2: '3/3' });
    world.wait(MINUTE);
    expect(world.sizes()).toEqual({ v1: '3/3' });
    world.retry();
    world.podsPerPass = 0;
    world.settle();
    expect(world.runs).toHaveLength(1);
    expect(world.status.blueGreen?.prePromotionAnalysisRunStatus).toBeUndefined();
    world.podsPerPass = 3;
    world.settle();
    expect(world.runs.at(-1)?.metadata.name).toBe(`checkout-${V2}-2-pre.1`);
    expect(world.sizes()).toEqual({ v1: '3/3', v2: '3/3' });
    expect(world.status.abort).toBeUndefined();
  });

  it('given it is inconclusive, then the Rollout pauses and a resume asks again', () => {
    const world = running({ ...PREVIEW, ...PRE });
    world.deploy('v2');
    world.settle();
    world.finishRun(`checkout-${V2}-2-pre`, 'Inconclusive');
    world.settle();
    expect(world.status).toMatchObject({ phase: 'Paused', message: 'InconclusiveAnalysisRun' });
    world.promote();
    world.settle();
    expect(world.runs.at(-1)?.metadata.name).toBe(`checkout-${V2}-2-pre.1`);
    expect(selectors(world).active).toBe(V1);
  });

  it.each([
    { kind: 'PrePromotion', given: PRE, name: `checkout-${V2}-2-pre` },
    { kind: 'PostPromotion', given: POST, name: `checkout-${V2}-2-post` },
  ])('given a $kind run that ends after an abort, then that is told', ({ kind, given, name }) => {
    const world = running(given);
    world.deploy('v2');
    world.settle();
    world.abort();
    world.settle();
    world.finishRun(name, 'Successful');
    world.settle();
    expect(world.eventTexts('AnalysisRunSuccessful')).toEqual([
      `${kind} Analysis Run '${name}' Status New: 'Successful' Previous: ''`,
    ]);
  });

  it('given a post-promotion run, then the old version stays whole until it succeeds', () => {
    const world = running({ ...PREVIEW, ...POST });
    world.deploy('v2');
    world.settle();
    expect(selectors(world).active).toBe(V2);
    expect(world.status).toMatchObject({ stableRS: V1, message: 'waiting for analysis to complete' });
    expect(world.sizes()).toEqual({ v1: '3/3', v2: '3/3' });
    world.finishRun(`checkout-${V2}-2-post`, 'Successful');
    world.settle();
    expect(world.status.stableRS).toBe(V2);
    world.wait(MINUTE);
    expect(world.sizes()).toEqual({ v2: '3/3' });
  });

  it.each([
    {
      given: 'is inconclusive',
      act: (world: RolloutWorld) => world.finishRun(`checkout-${V2}-2-post`, 'Inconclusive'),
    },
    { given: 'runs while a person pauses', act: (world: RolloutWorld) => world.edit({ paused: true }) },
  ])('given it $given, then the Rollout is paused, and comes to rest', ({ act }) => {
    const world = running({ ...PREVIEW, ...POST });
    world.deploy('v2');
    world.settle();
    act(world);
    world.settle();
    expect(world.status).toMatchObject({ phase: 'Paused', stableRS: V1 });
    expect(world.status.conditions).toContainEqual(
      expect.objectContaining({ type: 'Progressing', status: 'Unknown', reason: 'RolloutPaused' }),
    );
  });

  it('given it fails, then active goes back to stable at once, whatever the new pods do', () => {
    const world = running({ ...PREVIEW, ...POST });
    world.deploy('v2');
    world.settle();
    world.broken.add('v2');
    world.finishRun(`checkout-${V2}-2-post`, 'Failed');
    world.settle();
    expect(selectors(world).active).toBe(V1);
    expect(world.status).toMatchObject({ abort: true, stableRS: V1, phase: 'Degraded' });
    world.wait(MINUTE);
    expect(world.sizes()).toEqual({ v1: '3/3' });
  });
});

describe('plans that change on the way', () => {
  it('given a newer template while paused, then preview moves at once and the version between waits for its deadline', () => {
    const world = running({ ...PREVIEW, ...PRE, autoPromotionEnabled: false });
    world.deploy('v2');
    world.settle();
    world.deploy('v3');
    world.settle();
    expect(selectors(world)).toEqual({ active: V1, preview: V3 });
    expect(world.sizes()).toEqual({ v1: '3/3', v2: '3/3', v3: '3/3' });
    expect(world.runs.map(({ metadata, spec }) => [metadata.name, spec.terminate === true])).toEqual([
      [`checkout-${V2}-2-pre`, true],
      [`checkout-${V3}-3-pre`, false],
    ]);
    world.wait(MINUTE);
    expect(world.sizes()).toEqual({ v1: '3/3', v3: '3/3' });
  });

  it('given the stable template comes back, then neither pause nor analysis nor event follows', () => {
    const world = running({ ...PREVIEW, autoPromotionEnabled: false });
    world.deploy('v2');
    world.settle();
    world.deploy('v1');
    world.settle();
    expect(world.status).toMatchObject({ phase: 'Healthy', stableRS: V1, currentPodHash: V1 });
    expect(selectors(world)).toEqual({ active: V1, preview: V1 });
    expect(world.eventTexts('RolloutCompleted')).toEqual([]);
    world.wait(MINUTE);
    expect(world.sizes()).toEqual({ v1: '3/3' });
  });

  it('given the previous version comes back within its delay, then it is switched to without a pause', () => {
    const world = running({ ...PREVIEW, autoPromotionEnabled: false });
    world.deploy('v2');
    world.settle();
    world.promote();
    world.settle();
    expect(world.sizes()).toEqual({ v1: '3/3', v2: '3/3' });
    world.deploy('v1');
    world.settle();
    expect(selectors(world).active).toBe(V1);
    expect(world.status).toMatchObject({ stableRS: V1 });
    expect(world.eventTexts('RolloutCompleted').at(-1)).toContain('Fast rollback');
    expect(world.replicaSet('v1')?.metadata.annotations?.[SCALE_DOWN_DEADLINE]).toBeUndefined();
  });

  it('given scaleDownDelaySeconds 0, then the old version goes at once', () => {
    const world = running({ scaleDownDelaySeconds: 0 });
    world.deploy('v2');
    world.settle();
    expect(world.sizes()).toEqual({ v2: '3/3' });
  });

  it('given scaleDownDelayRevisionLimit 1, then only the newest of the old versions waits', () => {
    const world = running({ scaleDownDelaySeconds: 600, scaleDownDelayRevisionLimit: 1 });
    for (const version of ['v2', 'v3']) {
      world.deploy(version);
      world.settle();
    }
    expect(world.sizes()).toEqual({ v2: '3/3', v3: '3/3' });
  });

  it('given R changes, then all versions follow, the waiting one too', () => {
    const world = running({ ...PREVIEW, scaleDownDelaySeconds: 600 });
    world.deploy('v2');
    world.settle();
    world.edit({ replicas: 5 });
    world.settle();
    expect(world.sizes()).toEqual({ v1: '5/5', v2: '5/5' });
    expect(world.status).toMatchObject({ phase: 'Healthy', HPAReplicas: 5, availableReplicas: 5 });
  });
});

describe('an abort', () => {
  it('given it comes before the switch, then the new version stays for the delay and goes', () => {
    const world = running({ ...PREVIEW, autoPromotionEnabled: false });
    world.deploy('v2');
    world.settle();
    world.abort();
    world.settle();
    expect(selectors(world)).toEqual({ active: V1, preview: V2 });
    expect(world.status).toMatchObject({ phase: 'Degraded' });
    expect(world.replicaSet('v2')?.metadata.annotations?.[SCALE_DOWN_DEADLINE]).toBeDefined();
    expect(world.sizes()).toEqual({ v1: '3/3', v2: '3/3' });
    world.wait(MINUTE);
    expect(world.sizes()).toEqual({ v1: '3/3' });
  });

  it('given abortScaleDownDelaySeconds 0, then the new version stays for good', () => {
    const world = running({ autoPromotionEnabled: false, abortScaleDownDelaySeconds: 0 });
    world.deploy('v2');
    world.settle();
    world.abort();
    world.wait(60 * MINUTE);
    expect(world.sizes()).toEqual({ v1: '3/3', v2: '3/3' });
  });

  it('given a delay of an hour, then it is waited for', () => {
    const world = running({ autoPromotionEnabled: false, abortScaleDownDelaySeconds: 3_600 });
    world.deploy('v2');
    world.settle();
    world.abort();
    world.wait(50 * MINUTE);
    expect(world.sizes()).toEqual({ v1: '3/3', v2: '3/3' });
    world.wait(15 * MINUTE);
    expect(world.sizes()).toEqual({ v1: '3/3' });
  });

  it('given a fully promoted Rollout, then nothing is scaled', () => {
    const world = running();
    world.abort();
    world.wait(60 * MINUTE);
    expect(world.sizes()).toEqual({ v1: '3/3' });
    expect(world.status.abort).toBeUndefined();
  });
});

/** @returns the decision that made it true */
function passesUntil(world: RolloutWorld, reached: () => boolean) {
  for (let pass = 0; pass < 50; pass += 1) {
    world.pass();
    const decision = world.decisions.at(-1);
    if (reached() && decision !== undefined) return decision;
  }
  throw new Error('never reached');
}

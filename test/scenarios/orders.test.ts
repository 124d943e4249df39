/** Orders end to end: the words as a person types them, stored, applied through the one door, seen on the cluster. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { NO_POLICY, type PolicyRule } from '#core/commands/policy.ts';
import { parseWords } from '#core/commands/parse.ts';
import { refOf } from '#core/resources/kubernetes.ts';
import { formatTimestamp, MINUTE, SECOND } from '#core/time.ts';
import { executeCommand } from '#shared/controllers/command.ts';
import { createLoadGauge } from '#shared/controllers/load.ts';
import { placeOrder } from '#shared/controllers/place-order.ts';
import type { Cluster, Ports } from '#shared/ports.ts';
import { CANARY, SUCCESS_RATE } from '../support/manifests.ts';
import { World } from '../support/world.ts';

let world: World;
let orders: number;

beforeEach(async () => {
  orders = 0;
  world = new World();
  await world.apply(SUCCESS_RATE, CANARY);
  await world.until('the first deployment', async () => (await world.phase()) === 'Healthy');
});
afterEach(() => world.stop());

/** @returns what became of it, or why it was not accepted */
async function type(words: string): Promise<string> {
  const asked = parseWords(words);
  if (asked.kind !== 'order') throw new Error(JSON.stringify(asked));
  const orderId = `test/${(orders += 1)}`;
  const { ports, orderSender: sender } = world.engine;
  const asker = { orderId, actor: { id: 'test:ana', name: 'ana', kind: 'person' as const } };
  const result = await placeOrder(asked, asker, { ...ports, sender, load: createLoadGauge(ports) });
  if ('problem' in result) return result.problem;
  await world.passes(2 * SECOND);
  const { state, verdict } = (await ports.orders.get(orderId)) ?? {};
  return `${state}: ${verdict}`;
}

async function release(image: string): Promise<void> {
  await world.setImage(image);
  await world.until('the pause', async () => (await world.phase()) === 'Paused');
}

const image = async () => (await world.rollout()).spec.template?.spec?.containers[0]?.image;

describe('given a release under way', () => {
  beforeEach(() => release('my-app:v3'));

  it('when it is undone, then the version before is back without a step, as a new revision', async () => {
    expect(await type('undo my-app too slow')).toBe('applied: rolled back to revision 1; its release begins');
    await world.until('health', async () => (await world.phase()) === 'Healthy');
    expect(await image()).toBe('my-app:v2');
    expect(await world.podCounts()).toEqual({ canary: 0, stable: 5 });
    expect((await world.rollout()).metadata.annotations).toMatchObject({ 'rollout.argoproj.io/revision': '3' });
    expect((await world.replicaSets()).map(({ metadata }) => metadata.name)).toHaveLength(2);
  });

  it('when it is undone to a revision that is not there, then nothing changes and those that are there are told', async () => {
    expect(await type('undo my-app --to-revision 7')).toBe('refused: no revision 7 to go back to; there are: 2, 1');
    expect(await image()).toBe('my-app:v3');
  });

  it('when all its steps are skipped, then it is promoted', async () => {
    expect(await type('promote my-app --skip-all-steps')).toBe('applied: steps skipped: step 2 → all steps done');
    await world.until('health', async () => (await world.phase()) === 'Healthy');
    expect((await world.releases())[0]).toMatchObject({ outcome: 'promoted', revision: 2 });
  });

  it('when its current step is skipped, then the next pause is waited for in full', async () => {
    expect(await type('promote my-app --skip-current-step')).toBe('applied: step skipped: step 2 → 3');
    const paused = async () => (await world.rollout()).status?.pauseConditions !== undefined;
    await world.until('the second pause', async () => (await paused()) && (await world.stepIndex()) === 3);
    await world.passes(4 * MINUTE);
    expect(await world.stepIndex()).toBe(3);
    await world.passes(2 * MINUTE);
    expect(await world.stepIndex()).toBeGreaterThan(3);
  });

  it('when its analysis is terminated, then the run ends and the release goes on', async () => {
    await world.until('the analysis', async () => (await world.analysisRuns()).length > 0);
    const [run] = await world.analysisRuns();
    const name = run?.metadata.name ?? '';
    expect(await type(`terminate analysisrun ${name} it lies`)).toBe(`applied: AnalysisRun ${name} is terminated`);
    expect((await world.analysisRuns())[0]).toMatchObject({
      spec: { terminate: true },
      status: { phase: 'Successful' },
    });
    expect(await type(`terminate analysisrun ${name}`)).toBe('applied: the AnalysisRun has ended: Successful');
    const [order] = await world.engine.ports.orders.ofRollout({
      cluster: 'local',
      namespace: 'default',
      name: 'my-app',
    });
    expect(order).toMatchObject({ person: 'test:ana', state: 'applied' });
  });

  it('when a run is named that is not there, then the asker is told', async () => {
    expect(await type('terminate analysisrun nothing')).toBe(
      'no AnalysisRun "nothing": there is none in any cluster that Weir reads',
    );
    expect(await type('terminate analysisrun <!channel>')).toContain('no AnalysisRun "<!channel>"');
  });
});

describe('given a healthy rollout', () => {
  it('when an image is set, then its release begins', async () => {
    expect(await type('set image my-app app=my-app:v3')).toBe('applied: image set: app=my-app:v3');
    await world.until('the pause', async () => (await world.phase()) === 'Paused');
    expect(await world.podCounts()).toEqual({ canary: 1, stable: 4 });
    expect(await type('set image my-app web=my-app:v3')).toBe('refused: no container "web"; there are: app');
  });

  it('when it is to restart in a while, then restartAt says when', async () => {
    const at = formatTimestamp(world.clock.now() + 10 * MINUTE);
    expect(await type('restart my-app --in 10m')).toContain(`pods created before ${at} are replaced`);
    expect((await world.rollout()).spec.restartAt).toBe(at);
  });

  it('when it is aborted, then it is refused, and no pod goes', async () => {
    expect(await type('abort my-app')).toContain('refused: nothing to abort');
    await world.passes(5 * MINUTE);
    expect(await world.podCounts()).toEqual({ canary: 0, stable: 5 });
  });

  it('when someone else keeps writing in between, then the order is checked and patched again until it holds', async () => {
    const lost = { races: 3 };
    const verdict = await restartThrough(racing(world.cluster, lost));
    expect(lost.races).toBe(0);
    expect(verdict).toMatchObject({ state: 'applied' });
    expect((await world.rollout()).spec.restartAt).toBe('2024-01-01T00:00:00Z');
  });

  it('when five races are lost, then the queue must try again', async () => {
    await expect(restartThrough(racing(world.cluster, { races: 5 }))).rejects.toThrow('modified');
  });

  it('when a rule denies the verb for the rollout behind a run, then the run is not touched', async () => {
    await release('my-app:v3');
    await world.until('the analysis', async () => (await world.analysisRuns()).length > 0);
    const [run] = await world.analysisRuns();
    const rules: PolicyRule[] = [{ effect: 'deny', verbs: ['terminate'], rollouts: ['my-app'] }, { effect: 'allow' }];
    const policy = { ...NO_POLICY, rules };
    const command = {
      verb: 'terminate',
      rollout: { cluster: 'local', namespace: 'default', name: 'my-app' },
      target: { kind: 'AnalysisRun', name: run?.metadata.name ?? '' },
      binding: { uid: run?.metadata.uid ?? '', podHash: '' },
    } as const;
    const actor = { id: 'test:ana', name: 'ana', kind: 'person' } as const;
    expect(await executeCommand(command, actor, world.engine.ports, policy)).toMatchObject({
      state: 'refused',
      says: 'ana may not terminate default/my-app: a rule of the policy denies it',
    });
    expect((await world.analysisRuns())[0]?.spec.terminate).toBeUndefined();
  });
});

/** Another writer is faster, so often. */
function racing(cluster: Cluster, lost: { races: number }): Cluster {
  const patch: Cluster['patch'] = async (ref, change, resourceVersion) => {
    if (lost.races > 0) {
      lost.races -= 1;
      const rollout = await world.rollout();
      await cluster.patch(refOf(rollout), { metadata: { annotations: { race: String(lost.races) } } });
    }
    return cluster.patch(ref, change, resourceVersion);
  };
  return { ...cluster, patch };
}

async function restartThrough(cluster: Cluster) {
  const { uid } = (await world.rollout()).metadata;
  const site = world.engine.ports.sites.get('local');
  if (site === undefined) throw new Error('no site');
  const ports: Ports = { ...world.engine.ports, sites: new Map([['local', { ...site, cluster }]]) };
  const rollout = { cluster: 'local', namespace: 'default', name: 'my-app' };
  const command = {
    verb: 'restart',
    rollout,
    binding: { uid, podHash: '' },
    restartAt: '2024-01-01T00:00:00Z',
  } as const;
  return executeCommand(command, { id: 'test:ana', name: 'ana', kind: 'person' }, ports);
}

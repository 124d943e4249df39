import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { bindTo, type Actor, type Command } from '#core/commands/command.ts';
import { NO_POLICY, type Policy } from '#core/commands/policy.ts';
import { HOUR, MINUTE } from '#core/time.ts';
import { expireApproval } from '#shared/controllers/approval-timeout.ts';
import { executeCommand } from '#shared/controllers/command.ts';
import { World } from '../support/world.ts';

const POLICY: Policy = {
  ...NO_POLICY,
  directory: {
    people: [{ name: 'ana', ids: ['slack:T1/ANA', 'git:ana'] }],
    groups: { sre: ['slack:T1/LI', 'slack:T1/MO', 'ana'] },
  },
};
const by = (id: string): Actor => ({ id: `slack:T1/${id}`, name: id, kind: 'person' });

let world: World;

/** A canary that stands at a pause without an end, by ana, which needs two of the group. */
beforeEach(async () => {
  world = new World();
  await world.apply({
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Rollout',
    metadata: {
      name: 'my-app',
      annotations: {
        'weir.dev/approvals': '2',
        'weir.dev/approvers': '@sre',
        'weir.dev/approval-timeout': '2h',
        'weir.dev/author': 'git:ana',
      },
    },
    spec: {
      replicas: 2,
      selector: { matchLabels: { app: 'my-app' } },
      template: {
        metadata: { labels: { app: 'my-app' } },
        spec: { containers: [{ name: 'app', image: 'my-app:v1' }] },
      },
      strategy: { canary: { steps: [{ setWeight: 50 }, { pause: {} }, { setWeight: 80 }, { pause: {} }] } },
    },
  });
  await world.until('the first deployment', async () => (await world.phase()) === 'Healthy');
  await world.setImage('my-app:v2');
  await world.until('the pause', async () => ((await world.rollout()).status?.pauseConditions ?? []).length > 0);
});
afterEach(() => world.stop());

async function promoteBy(actor: Actor, more: Partial<Command> = {}, policy = POLICY) {
  const rollout = { cluster: 'local', namespace: 'default', name: 'my-app' };
  const command: Command = { verb: 'promote', rollout, binding: bindTo(await world.rollout()), ...more };
  return executeCommand(command, actor, world.engine.ports, policy);
}

const step = async () => (await world.rollout()).status?.currentStepIndex;

describe('given a pause that needs two approvals', () => {
  it('when one approves, then it goes on waiting; when a second does, then the step is passed', async () => {
    expect(await promoteBy(by('LI'))).toMatchObject({
      state: 'applied',
      says: 'approved: 1 of 2 (slack:T1/LI); the pause goes on',
    });
    await world.passes(MINUTE);
    expect(await step()).toBe(1);
    expect((await promoteBy(by('MO'))).says).toContain('promoted: step 2 → 3');
    await world.passes(MINUTE);
    expect(await step()).toBe(3);
  });

  it('when the next pause comes, then approvals begin anew', async () => {
    await promoteBy(by('LI'));
    await promoteBy(by('MO'));
    await world.passes(MINUTE);
    expect((await promoteBy(by('LI'))).says).toContain('1 of 2');
  });

  it('when one approves twice, then it is one approval', async () => {
    await promoteBy(by('LI'));
    expect((await promoteBy(by('LI'))).says).toContain('1 of 2');
  });

  it('when two approve at the very same moment, then both count', async () => {
    const [one, other] = await Promise.all([promoteBy(by('LI')), promoteBy(by('MO'))]);
    expect([one.says, other.says].filter((says) => says.includes('promoted'))).toHaveLength(1);
  });

  it.each([
    { given: 'the author, by another account', actor: by('ANA'), says: 'the author of a release never counts' },
    { given: 'somebody outside of the group', actor: by('EVE'), says: 'approvers are @sre' },
    { given: 'a program', actor: { ...by('LI'), kind: 'program' as const }, says: 'only people approve' },
  ])('when $given approves, then it is refused', async ({ actor, says }) => {
    const verdict = await promoteBy(actor);
    expect(verdict.state).toBe('refused');
    expect(verdict.says).toContain(says);
  });

  it('when one who has approved is removed from the group, then that approval does not count any more', async () => {
    await promoteBy(by('LI'));
    const { people } = POLICY.directory;
    const without = { ...POLICY, directory: { people, groups: { sre: ['slack:T1/MO', 'slack:T1/JO'] } } };
    expect((await promoteBy(by('MO'), {}, without)).says).toContain('approved: 1 of 2 (slack:T1/MO)');
    expect((await promoteBy(by('LI'), {}, without)).state).toBe('refused');
    expect((await promoteBy(by('JO'), {}, without)).says).toContain('promoted');
  });

  it('when one who has approved turns out to be the author by another account, then that approval does not count', async () => {
    await promoteBy(by('LI'));
    const { groups } = POLICY.directory;
    const people = [{ name: 'ana', ids: ['slack:T1/ANA', 'git:ana', 'slack:T1/LI'] }];
    const mapped = { ...POLICY, directory: { people, groups } };
    expect((await promoteBy(by('MO'), {}, mapped)).says).toContain('approved: 1 of 2 (slack:T1/MO)');
  });

  it('when a guest, whom nobody knows, approves where anybody may, then it is refused where strangers are denied', async () => {
    const patch = { metadata: { annotations: { 'weir.dev/approvers': null } } };
    const ref = { apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', namespace: 'default', name: 'my-app' };
    await world.engine.ports.sites.get('local')?.cluster.patch(ref, patch);
    const denying: Policy = { ...POLICY, strangers: 'deny' };
    expect(await promoteBy(by('GUEST'), {}, denying)).toMatchObject({ state: 'refused' });
    expect((await promoteBy(by('GUEST'))).says).toContain('1 of 2');
  });

  it('when one wants to promote fully, then that needs approvals as well', async () => {
    expect((await promoteBy(by('LI'), { full: true })).says).toContain('1 of 2');
    expect((await world.rollout()).status?.promoteFull).toBeUndefined();
  });

  it('when anybody aborts, then no approval is asked for', async () => {
    expect((await promoteBy(by('EVE'), { verb: 'abort' })).state).toBe('applied');
  });

  it('when the time for it is over, then the release is aborted, and the order tells why', async () => {
    await promoteBy(by('LI'));
    await world.passes(119 * MINUTE);
    expect((await world.rollout()).status?.abort).toBeUndefined();
    await world.passes(2 * MINUTE);
    expect((await world.rollout()).status?.abort).toBe(true);
    const [order] = await world.engine.ports.orders.ofPerson('weir:approval-timeout');
    expect(order).toMatchObject({ state: 'applied', verdict: expect.stringMatching(/^aborted: not approved by /) });
  });

  it('when another version has come at that moment, then nothing is aborted, and the order does not say so', async () => {
    const waiting = await world.rollout();
    await world.setImage('my-app:v3');
    await world.passes(MINUTE);
    const { ports } = world.engine;
    const later = { ...ports, clock: { now: () => world.clock.now() + 3 * HOUR } };
    await expireApproval({ cluster: 'local', kind: 'Rollout', namespace: 'default', name: 'my-app' }, waiting, later);
    expect((await world.rollout()).status?.abort).toBeUndefined();
    const [order] = await ports.orders.ofPerson('weir:approval-timeout');
    expect(order).toMatchObject({ state: 'stale', verdict: expect.not.stringContaining('aborted') });
  });
});

describe('given a freeze', () => {
  it('when somebody promotes, then it is refused with the reason; an abort is not', async () => {
    const freezes = [{ reason: 'Black Friday', from: '2000-01-01T00:00:00Z', to: '2100-01-01T00:00:00Z' }];
    const rollout = { cluster: 'local', namespace: 'default', name: 'my-app' };
    const ask = async (verb: 'promote' | 'abort') => {
      const command = { verb, rollout, binding: bindTo(await world.rollout()) };
      return executeCommand(command, by('LI'), world.engine.ports, { ...POLICY, freezes });
    };
    expect(await ask('promote')).toMatchObject({ state: 'refused', says: expect.stringContaining('Black Friday') });
    expect(await ask('abort')).toMatchObject({ state: 'applied' });
  });
});

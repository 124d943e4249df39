import { describe, expect, it } from '@jest/globals';
import { authorize } from '#core/commands/authorize.ts';
import type { Actor, Command } from '#core/commands/command.ts';
import { NO_POLICY, type Policy, type PolicyRule } from '#core/commands/policy.ts';

const directory = { people: [{ name: 'ana', ids: ['slack:T1/U1'] }], groups: { sre: ['ana'] } };
const ANA: Actor = { id: 'slack:T1/U1', name: '@U1', kind: 'person', channel: 'C1' };
const EVE: Actor = { id: 'slack:T2/U1', name: '@U1', kind: 'person', channel: 'C1' };

function may(actor: Actor, policy: Partial<Policy>, more: Partial<Command> = {}) {
  const rollout = { cluster: 'eu', namespace: 'shop', name: 'cart' };
  const command: Command = { verb: 'promote', rollout, binding: { uid: 'u', podHash: 'h' }, ...more };
  return authorize(actor, command, { ...NO_POLICY, directory, ...policy }, 0);
}

describe('given a policy', () => {
  it.each<{ rules: readonly PolicyRule[]; actor: Actor; then: boolean }>([
    { rules: [], actor: EVE, then: true },
    { rules: [{ effect: 'allow', actors: ['@sre'] }], actor: ANA, then: true },
    { rules: [{ effect: 'allow', actors: ['ana'] }], actor: ANA, then: true },
    { rules: [{ effect: 'allow', actors: ['@sre'] }], actor: EVE, then: false },
    { rules: [{ effect: 'allow', actors: ['slack:T1/*'] }], actor: EVE, then: false },
    { rules: [{ effect: 'allow', verbs: ['abort'] }], actor: ANA, then: false },
    { rules: [{ effect: 'allow', clusters: ['eu'] }], actor: ANA, then: true },
    { rules: [{ effect: 'allow', clusters: ['us*'] }], actor: ANA, then: false },
    { rules: [{ effect: 'allow', namespaces: ['sh*'], rollouts: ['cart'] }], actor: ANA, then: true },
    { rules: [{ effect: 'allow', rollouts: ['cart2'] }], actor: ANA, then: false },
    { rules: [{ effect: 'allow', channels: ['C1'] }], actor: ANA, then: true },
    { rules: [{ effect: 'allow', channels: ['C2'] }], actor: ANA, then: false },
    { rules: [{ effect: 'allow', channels: ['C1'] }], actor: { ...ANA, channel: '' }, then: false },
    { rules: [{ effect: 'deny', actors: ['ana'] }, { effect: 'allow' }], actor: ANA, then: false },
    { rules: [{ effect: 'allow' }, { effect: 'deny', actors: ['ana'] }], actor: ANA, then: true },
  ])('$rules for $actor.id: $then', ({ rules, actor, then }) => {
    expect(may(actor, { rules }).allowed).toBe(then);
  });

  it('given a guest, and somebody who was removed from the group, then the rule for the group does not let them', () => {
    const rules = [{ effect: 'allow' as const, verbs: ['promote' as const], actors: ['@sre'] }];
    const without = { people: directory.people, groups: { sre: [] } };
    expect(may(ANA, { rules }).allowed).toBe(true);
    expect(may(EVE, { rules })).toMatchObject({ allowed: false });
    expect(may(ANA, { rules, directory: without })).toMatchObject({ allowed: false });
  });

  it('where strangers are denied, then who is not named is, and programs and alerts are not meant', () => {
    expect(may(EVE, { strangers: 'deny' })).toEqual({
      allowed: false,
      because: '@U1 may not promote shop/cart: nobody is known by this account',
    });
    expect(may(ANA, { strangers: 'deny' }).allowed).toBe(true);
    expect(may({ ...EVE, kind: 'alert' }, { strangers: 'deny' }, { verb: 'abort' }).allowed).toBe(true);
  });

  it('where it is frozen, then the rule and the reason are told', () => {
    const freezes = [{ reason: 'holidays', from: '1970-01-01T00:00:00Z', to: '1970-01-02T00:00:00Z' }];
    expect(may(ANA, { freezes })).toMatchObject({ allowed: false, because: expect.stringContaining('holidays') });
    expect(may(ANA, { freezes }, { verb: 'undo' }).allowed).toBe(true);
  });
});

describe('given an order for a scope, when a rule is narrower than it', () => {
  const EVERYTHING = { cluster: 'eu', namespace: '*', name: '*' };
  const SHOP = { cluster: 'eu', namespace: 'shop', name: '*' };
  it.each<{ rules: readonly PolicyRule[]; rollout: Command['rollout']; then: boolean }>([
    { rules: [{ effect: 'allow', namespaces: ['shop'] }], rollout: EVERYTHING, then: false },
    { rules: [{ effect: 'allow', namespaces: ['shop'] }], rollout: SHOP, then: true },
    { rules: [{ effect: 'allow', namespaces: ['s*'] }], rollout: SHOP, then: true },
    { rules: [{ effect: 'deny', namespaces: ['shop'] }, { effect: 'allow' }], rollout: EVERYTHING, then: false },
    { rules: [{ effect: 'deny', rollouts: ['cart'] }, { effect: 'allow' }], rollout: SHOP, then: false },
    { rules: [{ effect: 'deny', namespaces: ['bank'] }, { effect: 'allow' }], rollout: SHOP, then: true },
  ])('$rules for $rollout: $then', ({ rules, rollout, then }) => {
    expect(may(ANA, { rules }, { verb: 'freeze', rollout }).allowed).toBe(then);
  });
});

import { describe, expect, it } from '@jest/globals';
import { approvalDeadline, approvalRule, approve, needsApproval } from '#core/commands/approvals.ts';
import type { Actor, Command } from '#core/commands/command.ts';
import type { Directory } from '#core/commands/people.ts';
import type { Rollout } from '#core/resources/argo.ts';

const DIRECTORY: Directory = {
  people: [
    { name: 'ana', ids: ['slack:T1/U1', 'cli:ana', 'git:ana@example.com'] },
    { name: 'li', ids: ['slack:T1/U2'] },
  ],
  groups: { sre: ['ana', 'slack:T1/U3'], all: ['@sre', 'li'] },
};
const person = (id: string): Actor => ({ id, name: id, kind: 'person' });

function aRollout(annotations: Record<string, string>, pause: object = {}): Rollout {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Rollout',
    metadata: { name: 'cart', namespace: 'shop', uid: 'u1', annotations },
    spec: { strategy: { canary: { steps: [{ setWeight: 20 }, { pause }] } } },
    status: {
      currentStepIndex: 1,
      pauseConditions: [{ reason: 'CanaryPauseStep', startTime: '2026-01-01T00:00:00Z' }],
    },
  };
}

const RULE = { needed: 2, approvers: [], author: 'git:ana@example.com' };

describe('given a pause that needs two approvals', () => {
  it.each([
    { given: 'the first', actor: person('slack:T1/U2'), before: [], then: 'recorded' },
    { given: 'another person', actor: person('slack:T1/U2'), before: ['slack:T1/U3'], then: 'enough' },
    { given: 'the same person again', actor: person('slack:T1/U2'), before: ['slack:T1/U2'], then: 'recorded' },
    { given: 'the author', actor: person('git:ana@example.com'), before: [], then: 'refused' },
    { given: 'the author by another account', actor: person('slack:T1/U1'), before: ['slack:T1/U2'], then: 'refused' },
    { given: 'a program', actor: { ...person('cli:ci'), kind: 'program' as const }, before: [], then: 'refused' },
    { given: 'an alert', actor: { ...person('alertmanager:f'), kind: 'alert' as const }, before: [], then: 'refused' },
  ])('$given: $then', ({ actor, before, then }) => {
    const given = before.map((id) => ({ person: id, at: 0 }));
    expect(approve(actor, RULE, given, DIRECTORY, 1).state).toBe(then);
  });

  it('one person with two accounts counts once', () => {
    const rule = { needed: 2, approvers: [] };
    const once = approve(person('cli:ana'), rule, [{ person: 'slack:T1/U1', at: 0 }], DIRECTORY, 1);
    expect(once).toMatchObject({ state: 'recorded', says: expect.stringContaining('1 of 2') });
  });

  it.each([
    { approvers: ['@sre'], id: 'slack:T1/U3', then: 'recorded' },
    { approvers: ['@sre'], id: 'cli:ana', then: 'recorded' },
    { approvers: ['@sre'], id: 'slack:T1/U2', then: 'refused' },
    { approvers: ['@all'], id: 'slack:T1/U2', then: 'recorded' },
    { approvers: ['slack:T1/*'], id: 'slack:T1/U9', then: 'recorded' },
    { approvers: ['slack:T1/*'], id: 'slack:T2/U9', then: 'refused' },
    { approvers: ['@nobody', 'li'], id: 'slack:T1/U2', then: 'recorded' },
  ])('where $approvers approve, $id: $then', ({ approvers, id, then }) => {
    expect(approve(person(id), { needed: 2, approvers }, [], DIRECTORY, 1).state).toBe(then);
  });
});

describe('given the annotations of a Rollout', () => {
  it.each([
    { annotations: {}, then: undefined },
    { annotations: { 'weir.dev/approvals': '0' }, then: undefined },
    { annotations: { 'weir.dev/approvals': '1' }, then: { needed: 1, approvers: [] } },
    { annotations: { 'weir.dev/approvals': 'two' }, then: { needed: 2, approvers: [] } },
    {
      annotations: {
        'weir.dev/approvals': '2',
        'weir.dev/approvers': '@sre, slack:T1/U1',
        'weir.dev/approval-timeout': '2h',
      },
      then: { needed: 2, approvers: ['@sre', 'slack:T1/U1'], timeout: 7_200_000 },
    },
  ])('$annotations: $then', ({ annotations, then }) => {
    expect(approvalRule(aRollout(annotations as Record<string, string>))).toEqual(then);
  });

  it.each([
    { given: 'a pause without an end', verb: 'promote', pause: {}, then: true },
    { given: 'a pause that ends by itself', verb: 'promote', pause: { duration: '5m' }, then: false },
    {
      given: 'a full promotion, whatever the pause',
      verb: 'promote',
      pause: { duration: '5m' },
      full: true,
      then: true,
    },
    { given: 'an abort', verb: 'abort', pause: {}, then: false },
  ] as const)('$given asks for approvals: $then', ({ verb, pause, then, ...more }) => {
    expect(needsApproval({ verb, ...more } as unknown as Command, aRollout({}, pause))).toBe(then);
  });

  it('the wait ends when its time is over', () => {
    const annotations = { 'weir.dev/approvals': '2', 'weir.dev/approval-timeout': '30m' };
    expect(approvalDeadline(aRollout(annotations))).toBe(Date.parse('2026-01-01T00:30:00Z'));
    expect(approvalDeadline(aRollout({ 'weir.dev/approvals': '2' }))).toBeUndefined();
    expect(approvalDeadline(aRollout(annotations, { duration: '5m' }))).toBeUndefined();
  });
});

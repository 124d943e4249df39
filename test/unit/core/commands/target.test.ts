import { describe, expect, it } from '@jest/globals';
import type { Command, TargetKind } from '#core/commands/command.ts';
import { applyToTarget, bindToTarget, type Target } from '#core/commands/target.ts';
import { NAMESPACE } from '../../../support/builders.ts';

function aTarget(kind: TargetKind, phase?: string, terminate = false, uid = 'u'): Target {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind,
    metadata: { name: 'x', namespace: NAMESPACE, uid },
    spec: terminate ? { terminate } : {},
    ...(phase === undefined ? {} : { status: { phase } }),
  };
}

function ask(verb: Command['verb'], target: Target): Command {
  return { verb, rollout: { cluster: 'local', namespace: NAMESPACE, name: 'checkout' }, binding: bindToTarget(target) };
}

interface Row {
  readonly verb: Command['verb'];
  readonly kind: TargetKind;
  readonly phase?: string;
  readonly terminate?: boolean;
  readonly state: string;
  readonly patch?: object;
}

const TERMINATE = { spec: { terminate: true } };

describe('given a command for a run or an Experiment', () => {
  it.each<Row>([
    { verb: 'terminate', kind: 'AnalysisRun', phase: 'Running', state: 'change', patch: TERMINATE },
    { verb: 'terminate', kind: 'AnalysisRun', state: 'change', patch: TERMINATE },
    { verb: 'terminate', kind: 'AnalysisRun', phase: 'Running', terminate: true, state: 'applied' },
    { verb: 'terminate', kind: 'AnalysisRun', phase: 'Failed', state: 'applied' },
    { verb: 'terminate', kind: 'Experiment', phase: 'Pending', state: 'change', patch: TERMINATE },
    { verb: 'retry', kind: 'Experiment', phase: 'Failed', state: 'change', patch: { status: null } },
    { verb: 'retry', kind: 'Experiment', phase: 'Running', state: 'applied' },
    { verb: 'retry', kind: 'Experiment', state: 'applied' },
    { verb: 'retry', kind: 'AnalysisRun', phase: 'Failed', state: 'refused' },
    { verb: 'abort', kind: 'Experiment', phase: 'Running', state: 'refused' },
  ])('when it is $verb of an $kind in phase $phase, then $state', ({ verb, kind, phase, terminate, state, patch }) => {
    const target = aTarget(kind, phase, terminate);
    const effect = applyToTarget(ask(verb, target), target);
    expect(effect.state).toBe(state);
    expect(effect.state === 'change' ? effect.other?.patch : undefined).toEqual(patch);
  });

  it('when it was deleted and created anew since, then it is stale', () => {
    const command = ask('terminate', aTarget('AnalysisRun', 'Running'));
    expect(applyToTarget(command, aTarget('AnalysisRun', 'Running', false, 'u2'))).toMatchObject({ state: 'stale' });
  });
});

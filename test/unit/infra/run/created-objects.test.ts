import { describe, expect, it } from '@jest/globals';
import { ARGO_API_VERSION } from '#core/resources/argo.ts';
import type { KubernetesObject, NewObject } from '#core/resources/kubernetes.ts';
import { createWith } from '../../../../infra/run/created-objects.ts';
import { EventRecorder } from '../../../../infra/run/event-recorder.ts';
import { processClock } from '../../../../infra/run/process-clock.ts';
import { aLog } from '../../../support/quiet-log.ts';

const LABEL = 'argo-rollouts.argoproj.io/controller-instance-id';

function creating(instanceId: string | undefined) {
  const created: NewObject[] = [];
  const recorded: NewObject[] = [];
  const into = (list: NewObject[]) =>
    async function create<T extends KubernetesObject>(object: NewObject<T>) {
      list.push(object);
      return object as unknown as T;
    };
  const unexpected = () => Promise.reject(new Error('nothing but creates'));
  const cluster = { create: into(recorded), get: unexpected, patch: unexpected };
  const events = new EventRecorder(cluster, { timers: processClock, log: aLog() });
  return { created, recorded, events, create: createWith(into(created), { instanceId, events }) };
}

function anObject(kind: string, apiVersion = ARGO_API_VERSION): NewObject {
  return { apiVersion, kind, metadata: { name: 'a', namespace: 'shop', labels: { app: 'a' } } };
}

describe('what weir run creates', () => {
  it.each([
    { given: 'an AnalysisRun', object: anObject('AnalysisRun'), id: 'blue', carries: 'blue' },
    { given: 'an Experiment', object: anObject('Experiment'), id: 'blue', carries: 'blue' },
    {
      given: 'a ReplicaSet, as Argo leaves it',
      object: anObject('ReplicaSet', 'apps/v1'),
      id: 'blue',
      carries: undefined,
    },
    {
      given: 'an AnalysisRun without an instance id',
      object: anObject('AnalysisRun'),
      id: undefined,
      carries: undefined,
    },
  ])('given $given, then it carries $carries', async ({ object, id, carries }) => {
    const { created, create } = creating(id);
    await create(object);
    expect(created).toHaveLength(1);
    expect(created[0]?.metadata.labels).toEqual({ app: 'a', ...(carries === undefined ? {} : { [LABEL]: carries }) });
  });

  it('given an Event, then the recorder has it, and nobody waits', async () => {
    const { created, recorded, events, create } = creating('blue');
    const event = { ...anObject('Event', 'v1'), involvedObject: { uid: 'u', name: 'a' }, reason: 'R', message: 'm' };
    await create(event);
    await events.flush();
    expect(created).toEqual([]);
    expect(recorded).toMatchObject([{ reason: 'R' }]);
  });
});

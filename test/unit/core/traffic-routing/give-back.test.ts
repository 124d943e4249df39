/** What Rollouts leave in objects of others is taken out again. engine §19; strategies §3.7 "Clean-up". */
import { describe, expect, it } from '@jest/globals';
import type { CanaryStrategy, Rollout } from '#core/resources/argo.ts';
import { MANAGED_ALB_ANNOTATIONS, MANAGED_BY, POD_TEMPLATE_HASH } from '#core/resources/keys.ts';
import type { KubernetesObject } from '#core/resources/kubernetes.ts';
import { giveBack } from '#core/rollout/left-behind.ts';
import { aRollout, T0 } from '../../../support/builders.ts';

const ACTION = 'alb.ingress.kubernetes.io/actions.stable';
const HEADER_ACTION = 'alb.ingress.kubernetes.io/actions.by-header';
const HEADER_CONDITION = 'alb.ingress.kubernetes.io/conditions.by-header';
const group = (ServiceName: string, Weight: number) => ({ ServiceName, ServicePort: '80', Weight });
const forward = (...TargetGroups: object[]) => JSON.stringify({ Type: 'forward', ForwardConfig: { TargetGroups } });
const SPLIT = forward(group('canary', 20), group('stable', 80));
const ALONE = forward(group('stable', 100));

const path = (name: string, port: object) => ({ path: '/*', backend: { service: { name, port } } });
const OWN_PATH = path('stable', { number: 80 });

function anIngress(annotations: Record<string, string>, paths: readonly object[] = [OWN_PATH]): KubernetesObject {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name: 'shop', namespace: 'shop', uid: 'ingress', annotations },
    spec: { rules: [{ host: 'shop.example', http: { paths } }] },
  } as KubernetesObject;
}

function managed(notes: Record<string, readonly string[]>): Record<string, string> {
  return { [MANAGED_ALB_ANNOTATIONS]: JSON.stringify(notes) };
}

function named(name: string, trafficRouting: CanaryStrategy['trafficRouting']): Rollout {
  const rollout = aRollout()
    .spec({ strategy: { canary: { trafficRouting } as CanaryStrategy } })
    .build();
  return { ...rollout, metadata: { ...rollout.metadata, name } };
}

const USER = named('checkout', { alb: { ingress: 'shop', servicePort: 80 } });
const NO_USER = named('checkout', undefined);

function givenBack(object: KubernetesObject, managers: readonly Rollout[]): KubernetesObject | undefined {
  const { actions, events } = giveBack({ now: T0, object, managers });
  expect(events).toEqual([]);
  expect(actions.length).toBeLessThan(2);
  const [action] = actions;
  return action?.type === 'patch' ? action.after : undefined;
}

describe('given an Ingress with the weights of a Rollout', () => {
  const noted = { owner: 'shop', [ACTION]: SPLIT, ...managed({ checkout: [ACTION] }) };

  it.each([
    { given: 'is gone', managers: [] },
    { given: 'names it no more', managers: [NO_USER] },
    { given: 'names another Ingress', managers: [named('checkout', { alb: { ingress: 'other', servicePort: 80 } })] },
  ])(
    'when the Rollout $given, then all traffic goes to the action’s own Service, and the note goes',
    ({ managers }) => {
      const after = givenBack(anIngress(noted), managers);
      expect(after).toEqual(anIngress({ owner: 'shop', [ACTION]: ALONE }));
      expect(givenBack(after as KubernetesObject, managers)).toBeUndefined();
    },
  );

  it('when the Rollout uses it, then it stays as it is', () => {
    expect(givenBack(anIngress(noted), [USER])).toBeUndefined();
  });

  it('when the Ingress is being deleted, then it stays as it is', () => {
    const ingress = anIngress(noted);
    const metadata = { ...ingress.metadata, deletionTimestamp: '2024-01-01T00:00:00Z' };
    expect(givenBack({ ...ingress, metadata }, [])).toBeUndefined();
  });

  it('when another Rollout uses it too, then only what is of the one that is gone goes', () => {
    const other = 'alb.ingress.kubernetes.io/actions.cart';
    const annotations = { [ACTION]: SPLIT, [other]: 'theirs', ...managed({ checkout: [ACTION], cart: [other] }) };
    const after = givenBack(anIngress(annotations), [named('cart', { alb: { ingresses: ['shop'], servicePort: 80 } })]);
    expect(after?.metadata.annotations).toEqual({ [ACTION]: ALONE, [other]: 'theirs', ...managed({ cart: [other] }) });
  });

  it('when another Rollout has taken the same action over, then its weights stay', () => {
    const annotations = { [ACTION]: SPLIT, ...managed({ gone: [ACTION], checkout: [ACTION] }) };
    const after = givenBack(anIngress(annotations), [USER]);
    expect(after?.metadata.annotations).toEqual({ [ACTION]: SPLIT, ...managed({ checkout: [ACTION] }) });
  });

  it('when there is a header route, then its action, its condition and its path go', () => {
    const routed = {
      ...noted,
      [HEADER_ACTION]: forward(group('canary', 100)),
      [HEADER_CONDITION]: '[]',
      ...managed({ checkout: [ACTION, HEADER_ACTION, HEADER_CONDITION] }),
    };
    const paths = [path('by-header', { name: 'use-annotation' }), OWN_PATH];
    expect(givenBack(anIngress(routed, paths), [])).toEqual(anIngress({ owner: 'shop', [ACTION]: ALONE }));
  });

  it.each([
    { given: 'not JSON', action: 'forward!' },
    { given: 'of another form', action: '{"Type":"redirect"}' },
    { given: 'null', action: 'null' },
    { given: 'a list of nothing', action: '{"ForwardConfig":{"TargetGroups":[null]}}' },
  ])('when somebody has made the action $given, then it stays, and only the note goes', ({ action }) => {
    const after = givenBack(anIngress({ ...noted, [ACTION]: action }), []);
    expect(after?.metadata.annotations).toEqual({ owner: 'shop', [ACTION]: action });
  });

  it('when somebody has taken the action out, then it does not come back', () => {
    expect(givenBack(anIngress(managed({ checkout: [ACTION] })), [])?.metadata.annotations).toEqual({});
  });

  it.each(['{', '[]', '{"checkout":"x"}'])('when the note is %s, then nobody can tell, and nothing is done', (note) => {
    expect(givenBack(anIngress({ [ACTION]: SPLIT, [MANAGED_ALB_ANNOTATIONS]: note }), [])).toBeUndefined();
  });
});

describe('given a DestinationRule whose subsets mean the versions of a Rollout', () => {
  const rule = (annotations: Record<string, string>, labels: Record<string, string>) =>
    ({
      apiVersion: 'networking.istio.io/v1alpha3',
      kind: 'DestinationRule',
      metadata: { name: 'shop', namespace: 'shop', uid: 'rule', annotations },
      spec: {
        host: 'shop',
        trafficPolicy: { tls: { mode: 'ISTIO_MUTUAL' } },
        subsets: [{ name: 'canary', labels: { ...labels, app: 'shop' } }, { name: 'stable', labels }, { name: 'own' }],
      },
    }) as KubernetesObject;
  const given = rule({ owner: 'shop', [MANAGED_BY]: 'checkout' }, { [POD_TEMPLATE_HASH]: 'abc' });
  const istio = { virtualService: { name: 'shop' }, destinationRule: { name: 'shop' } };

  it.each([
    { given: 'is gone', managers: [] },
    { given: 'names it no more', managers: [NO_USER] },
  ])('when the Rollout $given, then hashes and note go, and everything else stays', ({ managers }) => {
    const after = givenBack(given, managers);
    expect(after).toEqual(rule({ owner: 'shop' }, {}));
    expect(givenBack(after as KubernetesObject, managers)).toBeUndefined();
  });

  it('when the Rollout uses it, then it stays as it is', () => {
    const user = named('checkout', { istio } as CanaryStrategy['trafficRouting']);
    expect(givenBack(given, [user])).toBeUndefined();
  });

  it('when nobody manages it, then it stays as it is', () => {
    expect(givenBack(rule({ owner: 'shop' }, { [POD_TEMPLATE_HASH]: 'abc' }), [])).toBeUndefined();
  });
});

import { describe, expect, it } from '@jest/globals';
import type { JsonObject, JsonValue } from '#core/json.ts';
import { EPHEMERAL_METADATA, POD_TEMPLATE_HASH } from '#core/resources/keys.ts';
import type { PodTemplate } from '#core/resources/kubernetes.ts';
import { affinityFor } from '#core/rollout/anti-affinity.ts';
import { withEphemeralMetadata } from '#core/rollout/injected-metadata.ts';
import { sameTemplate, templateMatches } from '#core/rollout/template-equality.ts';
import { aReplicaSet, aRollout, aTemplate } from '../../../support/builders.ts';
import { RICH_TEMPLATE, RICH_TEMPLATE_STORED } from './rich-template.ts';

type PodSpec = NonNullable<PodTemplate['spec']>;
type Container = PodSpec['containers'][number];

function withSpec(part: Partial<PodSpec>, template = aTemplate()): PodTemplate {
  return { ...template, spec: { ...(template.spec ?? { containers: [] }), ...part } };
}

function withContainer(part: Partial<Container>): PodTemplate {
  return withSpec({ containers: [{ name: 'app', image: 'nginx:1', ...part }] });
}

describe('a template and the one that Kubernetes stored for it', () => {
  it('given most of what a template can hold, then they are equal', () => {
    expect(sameTemplate(RICH_TEMPLATE, RICH_TEMPLATE_STORED)).toBe(true);
  });

  it.each<{ given: string; a: PodTemplate; b: PodTemplate }>([
    {
      given: 'defaults of the pod',
      a: aTemplate(),
      b: withSpec({
        restartPolicy: 'Always',
        dnsPolicy: 'ClusterFirst',
        schedulerName: 'default-scheduler',
        terminationGracePeriodSeconds: 30,
        securityContext: {},
      }),
    },
    {
      given: 'quantities of equal value',
      a: withContainer({ resources: { limits: { cpu: '1000m', memory: '1Gi' } } }),
      b: withContainer({ resources: { limits: { cpu: 1, memory: '1024Mi' } } }),
    },
    { given: 'empty against absent', a: withContainer({ args: [], env: [], resources: {} }), b: withContainer({}) },
    {
      given: 'the deprecated alias',
      a: withSpec({ serviceAccountName: 'x' }),
      b: withSpec({ serviceAccountName: 'x', serviceAccount: 'x' }),
    },
    { given: 'the hash label', a: aTemplate(), b: aTemplate('v1', { app: 'checkout', [POD_TEMPLATE_HASH]: 'abc' }) },
    {
      given: 'no tag',
      a: withContainer({ image: 'nginx' }),
      b: withContainer({ image: 'nginx', imagePullPolicy: 'Always' }),
    },
    {
      given: 'a digest',
      a: withContainer({ image: 'nginx@sha256:0' }),
      b: withContainer({ image: 'nginx@sha256:0', imagePullPolicy: 'IfNotPresent' }),
    },
    {
      given: 'a port in the name of the registry',
      a: withContainer({ image: 'local:5000/nginx' }),
      b: withContainer({ image: 'local:5000/nginx', imagePullPolicy: 'Always' }),
    },
    {
      given: 'a volume without source',
      a: withSpec({ volumes: [{ name: 'tmp' }] }),
      b: withSpec({ volumes: [{ name: 'tmp', emptyDir: {} }] }),
    },
    {
      given: 'a probe with zeros',
      a: withContainer({ readinessProbe: { httpGet: { port: 80 }, timeoutSeconds: 0 } }),
      b: withContainer({
        readinessProbe: {
          httpGet: { port: 80, path: '/', scheme: 'HTTP' },
          timeoutSeconds: 1,
          periodSeconds: 10,
          successThreshold: 1,
          failureThreshold: 3,
        },
      }),
    },
    {
      given: 'a port without protocol',
      a: withContainer({ ports: [{ containerPort: 80 }] }),
      b: withContainer({ ports: [{ containerPort: 80, protocol: 'TCP' }] }),
    },
    {
      given: 'null against absent',
      a: withSpec({ nodeSelector: null as unknown as Record<string, string> }),
      b: aTemplate(),
    },
    { given: 'an empty affinity', a: withSpec({ affinity: {} }), b: aTemplate() },
    { given: 'a field that the schema does not know', a: withSpec({ typo: 1 } as Partial<PodSpec>), b: aTemplate() },
  ])('given $given, then they are equal', ({ a, b }) => {
    expect(sameTemplate(a, b)).toBe(true);
    expect(sameTemplate(b, a)).toBe(true);
  });

  it('given the host network, then a host port like the container port counts as none', () => {
    const ports = (hostPort?: number) => [{ containerPort: 80, ...(hostPort === undefined ? {} : { hostPort }) }];
    const on = (hostPort?: number) => withSpec({ hostNetwork: true }, withContainer({ ports: ports(hostPort) }));
    expect(sameTemplate(on(), on(80))).toBe(true);
    expect(sameTemplate(on(), on(81))).toBe(false);
  });

  it.each<{ given: string; a: PodTemplate; b: PodTemplate }>([
    { given: 'another image', a: aTemplate('v1'), b: aTemplate('v2') },
    { given: 'another label', a: aTemplate(), b: aTemplate('v1', { app: 'checkout', tier: 'web' }) },
    {
      given: 'root against unset',
      a: withContainer({ securityContext: { runAsUser: 0 } }),
      b: withContainer({ securityContext: {} }),
    },
    { given: 'false against unset', a: withSpec({ enableServiceLinks: false }), b: aTemplate() },
    {
      given: 'another order of arguments',
      a: withContainer({ args: ['a', 'b'] }),
      b: withContainer({ args: ['b', 'a'] }),
    },
    {
      given: 'a little more memory',
      a: withContainer({ resources: { limits: { memory: '1Gi' } } }),
      b: withContainer({ resources: { limits: { memory: '1G' } } }),
    },
    {
      given: 'a selector for all against none',
      a: withSpec({
        topologySpreadConstraints: [
          { maxSkew: 1, topologyKey: 'z', whenUnsatisfiable: 'DoNotSchedule', labelSelector: {} },
        ],
      }),
      b: withSpec({
        topologySpreadConstraints: [{ maxSkew: 1, topologyKey: 'z', whenUnsatisfiable: 'DoNotSchedule' }],
      }),
    },
    { given: 'a grace period of 0', a: withSpec({ terminationGracePeriodSeconds: 0 }), b: aTemplate() },
    { given: 'another pull policy', a: withContainer({ imagePullPolicy: 'Always' }), b: withContainer({}) },
  ])('given $given, then they differ', ({ a, b }) => {
    expect(sameTemplate(a, b)).toBe(false);
    expect(sameTemplate(b, a)).toBe(false);
  });

  it('given any single value of a rich template changed, then they differ', () => {
    const changes = [...mutations(RICH_TEMPLATE_STORED as unknown as JsonObject)];
    const equal = changes.filter(({ value }) => sameTemplate(RICH_TEMPLATE, value as unknown as PodTemplate));
    expect(changes.length).toBeGreaterThanOrEqual(80);
    expect(equal.map(({ path }) => path)).toEqual(['spec.serviceAccount']);
  });
});

/** The value with one leaf changed, for every leaf. */
function* mutations(value: JsonValue, path = ''): Generator<{ path: string; value: JsonValue }> {
  if (Array.isArray(value)) {
    for (const [index, item] of (value as readonly JsonValue[]).entries()) {
      for (const changed of mutations(item, `${path}[${index}]`)) {
        yield { path: changed.path, value: (value as readonly JsonValue[]).with(index, changed.value) };
      }
    }
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, item] of Object.entries(value as JsonObject)) {
      for (const changed of mutations(item, path === '' ? key : `${path}.${key}`)) {
        yield { path: changed.path, value: { ...(value as JsonObject), [key]: changed.value } };
      }
    }
  } else {
    yield { path, value: typeof value === 'number' ? value + 7 : typeof value === 'boolean' ? !value : other(value) };
  }
}

/** Another quantity for quantities, another text for texts. */
function other(value: string | null): string {
  return /^\d/.test(value ?? '') ? '77' : `${value}x`;
}

describe('the ReplicaSet of a template', () => {
  it('given injected metadata, then it does not count, even where it hides a label of the template', () => {
    const template = aTemplate('v1', { app: 'checkout', role: 'own' });
    const plain = aReplicaSet({ template });
    const decorated = withEphemeralMetadata(plain, {
      labels: { role: 'canary', extra: 'x' },
      annotations: { note: 'y' },
    });
    expect(decorated.metadata.annotations?.[EPHEMERAL_METADATA]).toBe(
      '{"labels":{"extra":"x","role":"canary"},"annotations":{"note":"y"}}',
    );
    expect(templateMatches(decorated, template)).toBe(true);
    expect(templateMatches(decorated, aTemplate('v2', { app: 'checkout', role: 'own' }))).toBe(false);
  });

  it.each([
    'requiredDuringSchedulingIgnoredDuringExecution',
    'preferredDuringSchedulingIgnoredDuringExecution',
  ] as const)('given an injected %s term, then it does not count', (rule) => {
    const antiAffinity = rule.startsWith('required') ? { [rule]: {} } : { [rule]: { weight: 1 } };
    const rollout = aRollout().canary([], { antiAffinity }).status({ stableRS: 'old' }).build();
    const affinity = affinityFor(rollout, 'new');
    expect(affinity?.podAntiAffinity?.[rule]).toHaveLength(1);
    const stored = aReplicaSet({ template: withSpec(affinity === undefined ? {} : { affinity }) });
    expect(templateMatches(stored, aTemplate())).toBe(true);
  });

  it('given a term of the user besides the injected one, then that one counts', () => {
    const term = { topologyKey: 'zone', labelSelector: { matchLabels: { app: 'checkout' } } };
    const own = withSpec({ affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } } });
    const rollout = aRollout()
      .template(own)
      .canary([], { antiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: {} } })
      .status({ stableRS: 'old' })
      .build();
    const affinity = affinityFor(rollout, 'new');
    const stored = aReplicaSet({ template: withSpec(affinity === undefined ? {} : { affinity }) });
    expect(templateMatches(stored, own)).toBe(true);
    expect(templateMatches(stored, aTemplate())).toBe(false);
  });
});

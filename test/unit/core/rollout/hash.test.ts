import { describe, expect, it } from '@jest/globals';
import { podTemplateHash, stepHash } from '#core/rollout/hash.ts';
import type { CanaryStep } from '#core/resources/argo.ts';
import type { PodTemplate } from '#core/resources/kubernetes.ts';
import { analysis, pause, setWeight } from '../../../support/builders.ts';
import { RICH_TEMPLATE } from './rich-template.ts';

const GUESTBOOK: PodTemplate = {
  metadata: { labels: { app: 'guestbook' } },
  spec: {
    containers: [
      {
        name: 'guestbook',
        image: 'nginx:1.25',
        ports: [{ containerPort: 80 }],
        resources: { requests: { cpu: '5m', memory: '32Mi' } },
      },
    ],
  },
};

function limited(cpu: string, memory: string): PodTemplate {
  return {
    metadata: { labels: { app: 'x' } },
    spec: { containers: [{ name: 'a', image: 'b', resources: { limits: { cpu, memory } } }] },
  };
}

describe('the hash of a pod template', () => {
  it.each([
    { given: 'a usual template', template: GUESTBOOK, hash: '867765f45b' },
    { given: 'collision count 0', template: GUESTBOOK, collisions: 0, hash: '766477ff56' },
    { given: 'collision count 1', template: GUESTBOOK, collisions: 1, hash: '8f647948f' },
    { given: 'no containers', template: { metadata: {} }, hash: '658c46c486' },
    { given: 'quantities', template: limited('1', '1Gi'), hash: '766dc6b7c4' },
    { given: 'the same quantities written otherwise', template: limited('1000m', '1024Mi'), hash: '766dc6b7c4' },
    { given: 'most of what a template can hold', template: RICH_TEMPLATE, hash: '5554dcdc6b' },
  ])('given $given, then it is what the reference computes', ({ template, collisions, hash }) => {
    expect(podTemplateHash(template, collisions)).toBe(hash);
  });

  it('given one and the same template, when it is asked for again with another collision count, then that counts', () => {
    expect([undefined, 0, 1, undefined].map((collisions) => podTemplateHash(GUESTBOOK, collisions))).toEqual([
      '867765f45b',
      '766477ff56',
      '8f647948f',
      '867765f45b',
    ]);
  });

  it.each([null, 'text', undefined])('given %s in its place, then it is that of an empty one', (template) => {
    expect(podTemplateHash(template as unknown as PodTemplate)).toBe(podTemplateHash({}));
  });

  it('given fields that Kubernetes does not know, and another order of members, then it is the same', () => {
    const { spec, metadata } = GUESTBOOK;
    const reordered = { spec: { ...spec, unheardOf: true }, metadata: { ...metadata, creationTimestamp: null } };
    expect(podTemplateHash(reordered as unknown as PodTemplate)).toBe('867765f45b');
  });
});

describe('the hash of the steps', () => {
  it.each<{ steps: CanaryStep[] | undefined; hash: string }>([
    { steps: undefined, hash: '5ffbfbbd64' },
    { steps: [setWeight(20), pause(), setWeight(40), pause(10)], hash: '5bc988b54' },
    { steps: [setWeight(20), pause('1h')], hash: '6d87b67cf8' },
    { steps: [setWeight(10), { setCanaryScale: { weight: 25 } }], hash: '659fbc4f9' },
    // As Argo Rollouts 1.10.0 wrote them on a real API server.
    { steps: [], hash: '5ffbfbbd64' },
    { steps: [setWeight(34), analysis('inline-good-t')], hash: '6654cd8f5d' },
    { steps: [setWeight(34), analysis('inline-bad-t')], hash: '68bcd74dfd' },
  ])('given $steps, then $hash', ({ steps, hash }) => {
    expect(stepHash(steps)).toBe(hash);
  });
});

import { describe, expect, it } from '@jest/globals';
import { metadataField, rolloutField } from '#core/analysis/field-path.ts';

const ROLLOUT = {
  metadata: {
    name: 'ro',
    namespace: 'shop',
    uid: 'u-1',
    labels: { app: 'w', 'a.b/c': 'lbl' },
    annotations: { note: 'say "hi"' },
  },
  spec: { replicas: 3, paused: false, weight: 2.5, empty: null, list: [{ image: 'img:1' }, { image: 'img:2' }] },
};

describe('given a path into metadata, when it is read as the downward API does', () => {
  it.each([
    { given: 'metadata.name', then: 'ro' },
    { given: 'metadata.namespace', then: 'shop' },
    { given: 'metadata.uid', then: 'u-1' },
    { given: 'metadata.labels', then: 'a.b/c="lbl"\napp="w"' },
    { given: 'metadata.annotations', then: String.raw`note="say \"hi\""` },
    { given: "metadata.labels['a.b/c']", then: 'lbl' },
    { given: "metadata.annotations['note']", then: 'say "hi"' },
    { given: "metadata.labels['missing']", then: '' },
    { given: "metadata.labels['constructor']", then: '' },
  ])('given $given, then $then', ({ given, then }) => {
    expect(metadataField(ROLLOUT, given)).toBe(then);
  });

  it.each([
    { given: 'metadata.generation', then: 'unsupported fieldPath: metadata.generation' },
    { given: 'metadata', then: 'unsupported fieldPath: metadata' },
    { given: 'metadata.labels.app', then: 'unsupported fieldPath: metadata.labels.app' },
    { given: "metadata.name['x']", then: `fieldPath "metadata.name['x']" does not support subscript` },
  ])('given $given, then $then', ({ given, then }) => {
    expect(() => metadataField(ROLLOUT, given)).toThrow(then);
  });

  it('given no labels at all, then the map is empty', () => {
    expect(metadataField({ metadata: { name: 'ro', namespace: 'shop', uid: 'u' } }, 'metadata.labels')).toBe('');
  });
});

describe('given any other path, when it is walked through the Rollout', () => {
  it.each([
    { given: 'spec.replicas', then: '3' },
    { given: 'spec.paused', then: 'false' },
    { given: 'spec.weight', then: '2.5' },
    { given: 'spec.list[1].image', then: 'img:2' },
    { given: 'spec.list.0.image', then: 'img:1' },
    { given: '.spec[list][0]image.', then: 'img:1' },
  ])('given $given, then $then', ({ given, then }) => {
    expect(rolloutField(ROLLOUT, given)).toBe(then);
  });

  it.each([
    { given: 'spec.list[x].image', then: "invalid index 'x'" },
    { given: 'spec.list[2].image', then: 'index 2 out of range' },
    { given: 'spec.list[-1].image', then: 'index -1 out of range' },
    { given: 'spec.missing', then: 'invalid path spec.missing in rollout' },
    { given: 'spec.missing.deeper', then: 'invalid path spec.missing.deeper in rollout' },
    { given: 'spec.empty', then: 'invalid path spec.empty in rollout' },
    { given: 'spec.replicas.deeper', then: 'invalid path spec.replicas.deeper in rollout' },
    { given: 'spec.constructor', then: 'invalid path spec.constructor in rollout' },
    { given: 'spec.list', then: 'path spec.list in rollout must terminate in a primitive value' },
    { given: '', then: 'path  in rollout must terminate in a primitive value' },
  ])('given $given, then $then', ({ given, then }) => {
    expect(() => rolloutField(ROLLOUT, given)).toThrow(then);
  });
});

import { describe, expect, it } from '@jest/globals';
import {
  matchesSelector,
  parseFieldSelector,
  parseLabelSelector,
} from '../../../../infra/local/kubernetes/selectors.ts';
import { Store } from '../../../../infra/local/kubernetes/store.ts';
import { VirtualClock } from '../../../support/virtual-clock.ts';
import { pod } from './manifests.ts';

const LABELS = { app: 'web', tier: 'front', empty: '' };

describe('label selectors', () => {
  it.each([
    { selector: '', matches: true },
    { selector: 'app=web', matches: true },
    { selector: 'app==web', matches: true },
    { selector: 'app = web , tier = front', matches: true },
    { selector: 'app=web,tier=back', matches: false },
    { selector: 'app!=web', matches: false },
    { selector: 'other!=web', matches: true },
    { selector: 'empty=', matches: true },
    { selector: 'other=', matches: false },
    { selector: 'app in (api,web)', matches: true },
    { selector: 'app in (api, job),tier=front', matches: false },
    { selector: 'tier=front,app notin (api,job)', matches: true },
    { selector: 'other notin (web)', matches: true },
    { selector: 'app', matches: true },
    { selector: 'other', matches: false },
    { selector: '!other', matches: true },
    { selector: '!app', matches: false },
    { selector: 'toString', matches: false },
  ])('given "$selector", then it matches: $matches', ({ selector, matches }) => {
    expect(parseLabelSelector(selector)(LABELS)).toBe(matches);
  });

  it.each(['a b', 'a=b=c', 'in (a)', '=a', 'a in b'])('given "%s", then it is refused with 400', (selector) => {
    expect(() => parseLabelSelector(selector)).toThrow(expect.objectContaining({ code: 400 }));
  });
});

describe('the selector of a spec', () => {
  it.each([
    { selector: undefined, matches: true },
    { selector: {}, matches: true },
    { selector: { matchLabels: { app: 'web' } }, matches: true },
    { selector: { matchLabels: { app: 'api' } }, matches: false },
    { selector: { matchExpressions: [{ key: 'app', operator: 'In', values: ['web'] }] }, matches: true },
    { selector: { matchExpressions: [{ key: 'app', operator: 'NotIn', values: ['web'] }] }, matches: false },
    { selector: { matchExpressions: [{ key: 'other', operator: 'Exists' }] }, matches: false },
    { selector: { matchExpressions: [{ key: 'other', operator: 'DoesNotExist' }] }, matches: true },
    {
      selector: { matchLabels: { app: 'web' }, matchExpressions: [{ key: 'app', operator: 'Unknown' }] },
      matches: false,
    },
  ])('given $selector, then it matches: $matches', ({ selector, matches }) => {
    expect(matchesSelector(selector, LABELS)).toBe(matches);
  });
});

describe('field selectors', () => {
  const object = new Store({ clock: new VirtualClock() }).create(pod('a'));

  it.each([
    { selector: '', matches: true },
    { selector: 'metadata.name=a', matches: true },
    { selector: 'metadata.name!=a', matches: false },
    { selector: 'metadata.name=a,metadata.namespace=other', matches: false },
    { selector: 'status.phase=Pending', matches: true },
    { selector: 'spec.nodeName!=', matches: false },
  ])('given "$selector", then it matches: $matches', ({ selector, matches }) => {
    expect(parseFieldSelector(selector)(object)).toBe(matches);
  });

  it('given a field that cannot be selected by, then it is refused with 400', () => {
    expect(() => parseFieldSelector('spec.image=a')).toThrow('field label not supported: spec.image');
  });
});

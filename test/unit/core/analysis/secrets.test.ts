import { describe, expect, it } from '@jest/globals';
import { redactor, resolveSecrets, secretsNeeded, withPlaceholders } from '#core/analysis/secrets.ts';
import type { Argument } from '#core/resources/argo.ts';
import { aRun } from './builders.ts';

const TOKEN: Argument = { name: 'token', value: 'visible', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } };
const PLAIN: Argument = { name: 'plain', value: 'p' };

describe('given arguments from Secrets', () => {
  it('when it is asked what must be read, then the Secrets and keys that are named', () => {
    expect(secretsNeeded(aRun({ args: [PLAIN, TOKEN] }))).toEqual([{ name: 's', key: 'k' }]);
    expect(secretsNeeded(aRun())).toEqual([]);
  });

  it('when the spec is validated, then a placeholder stands for the secret, even next to a value', () => {
    expect(withPlaceholders([PLAIN, TOKEN])).toEqual([PLAIN, { name: 'token', value: 'temp-for-secret' }]);
  });

  it('when they are resolved, then the secret wins over the value', () => {
    const resolved = resolveSecrets([PLAIN, TOKEN], new Map([['s', { k: 'hunter2' }]]));
    expect(resolved).toEqual({ args: [PLAIN, { name: 'token', value: 'hunter2' }], values: ['hunter2'] });
  });

  it('when a secret is empty, then it is a value, but nothing to mask', () => {
    expect(resolveSecrets([TOKEN], new Map([['s', { k: '' }]]))).toEqual({
      args: [{ name: 'token', value: '' }],
      values: [],
    });
  });

  it.each([
    { given: new Map(), then: 'secrets "s" not found' },
    { given: new Map([['s', { other: 'x' }]]), then: "key 'k' does not exist in secret 's'" },
    { given: new Map([['s', {}]]), then: "key 'k' does not exist in secret 's'" },
  ])('when something is missing, then $then', ({ given, then }) => {
    expect(() => resolveSecrets([TOKEN], given)).toThrow(then);
  });
});

describe('given secret values, when a text is redacted, then no spelling of them is left', () => {
  it.each([
    { given: 'hunter2 and hunter2', then: '***** and *****' },
    { given: 'nothing here', then: 'nothing here' },
    { given: 'hunter2-long', then: '*****' },
    { given: '{"token":"a\\"b\\u003cc"}', then: '{"token":"*****"}' },
    { given: 'GET /?token=a%22b%3Cc', then: 'GET /?token=*****' },
  ])('given $given, then $then', ({ given, then }) => {
    expect(redactor(['hunter2', 'hunter2-long', 'a"b<c', ''])(given)).toBe(then);
  });

  it('given no secrets, then the text stays', () => {
    expect(redactor([])('text')).toBe('text');
  });
});

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

  const value = `p&s <w>/"ör'd+1`;
  const escapes = encodeURIComponent(value);
  const asForm = new URLSearchParams({ v: value }).toString().slice(2);
  it.each([
    { given: 'JSON in JSON', text: JSON.stringify(JSON.stringify({ a: value })) },
    {
      given: 'Go’s JSON',
      text: JSON.stringify(value).replaceAll('<', '\\u003c').replaceAll('>', '\\u003e').replaceAll('&', '\\u0026'),
    },
    { given: 'a URL', text: `https://x/?a=${escapes}&b` },
    { given: 'a URL with small letters', text: escapes.replaceAll(/%../g, (escape) => escape.toLowerCase()) },
    { given: 'a form', text: `a=${asForm}&b` },
    { given: 'a page', text: '<p>p&amp;s &lt;w&gt;/&quot;ör&#39;d+1</p>' },
    { given: 'a page of Go', text: '<p>p&amp;s &lt;w&gt;/&#34;ör&#39;d+1</p>' },
    { given: 'base64', text: btoa(utf8(value)) },
    { given: 'base64 behind one byte', text: btoa(utf8(`:${value}`)) },
    { given: 'base64 behind two bytes', text: btoa(utf8(`u:${value}`)) },
    { given: 'base64 of a login', text: btoa(utf8(`admin:${value}!`)) },
    { given: 'base64 for URLs', text: Buffer.from(`ab:${value}`).toString('base64url') },
  ])('given $given, then it is masked', ({ text }) => {
    const masked = redactor([value])(text);
    expect(masked).toContain('*****');
    for (const readable of [masked, decoded(masked)]) expect(readable).not.toContain('ör');
  });

  it('given a short value, then base64 that looks like it stays', () => {
    expect(redactor(['abc'])(btoa('abcdef'))).toBe(btoa('abcdef'));
  });

  it('given no secrets, then the text stays', () => {
    expect(redactor([])('text')).toBe('text');
  });
});

function utf8(text: string): string {
  return Buffer.from(text).toString('latin1');
}

/** What somebody could read out of what is left of base64. */
function decoded(text: string): string {
  return text
    .split('*****')
    .map((part) => Buffer.from(part, 'base64').toString())
    .join(' ');
}

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { RequestOptions } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { InvalidSpecError } from '#core/errors.ts';
import { loadKubeConfig, type KubeConfigSource } from '#shared/kubernetes/kube-config.ts';
import { readKubeConfig } from '#shared/kubernetes/kube-config-file.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'weir-kubeconfig-'));
  writeFileSync(join(folder, 'ca.pem'), 'the authority');
  writeFileSync(join(folder, 'token'), 'from-a-file\n');
});
afterEach(() => rmSync(folder, { recursive: true }));

function text(user: object, cluster: object = {}): string {
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'first',
    clusters: [{ name: 'c', cluster: { server: 'https://10.0.0.1:6443', ...cluster } }],
    users: [{ name: 'u', user }],
    contexts: ['first', 'second'].map((name) => ({ name, context: { cluster: 'c', user: 'u' } })),
  });
}

function file(user: object, cluster: object = {}): KubeConfigSource {
  const path = join(folder, 'config');
  writeFileSync(path, text(user, cluster));
  return { file: path };
}

/** What a request carries: header names do not matter, nor in what a text lies. */
async function carried(login: { applyToHTTPSOptions(options: RequestOptions): Promise<void> } | undefined) {
  const options: RequestOptions = {};
  await login?.applyToHTTPSOptions(options);
  const headers = Object.entries(options.headers ?? {}).map(([name, value]) => [name.toLowerCase(), String(value)]);
  // Node makes the same header of it.
  if (options.auth) headers.push(['authorization', `Basic ${Buffer.from(options.auth).toString('base64')}`]);
  const plain = (value: unknown) => (value === undefined ? undefined : String(value));
  const { ca, cert, key, servername, rejectUnauthorized = true } = options;
  return { headers, ca: plain(ca), cert: plain(cert), key: plain(key), servername, rejectUnauthorized };
}

const base64 = (value: string) => Buffer.from(value).toString('base64');

describe('a kubeconfig read without client-node', () => {
  it.each([
    { given: 'a token', user: { token: 't' }, cluster: {} },
    { given: 'a password', user: { username: 'ana', password: 'p:w' }, cluster: {} },
    {
      given: 'a certificate',
      user: { 'client-certificate-data': base64('cert'), 'client-key-data': base64('key') },
      cluster: { 'certificate-authority-data': base64('ca') },
    },
    { given: 'a name for TLS', user: {}, cluster: { 'tls-server-name': 'api.example' } },
    { given: 'no check of the certificate', user: {}, cluster: { 'insecure-skip-tls-verify': true } },
    { given: 'an authority in a file beside it', user: { token: 't' }, cluster: { 'certificate-authority': 'ca.pem' } },
  ])('given $given, then a request carries what client-node gives it', async ({ user, cluster }) => {
    const source = file(user, cluster);
    const read = readKubeConfig(source);
    expect(read?.getCurrentCluster()?.server).toBe(loadKubeConfig(source).getCurrentCluster()?.server);
    expect(await carried(read)).toEqual(await carried(loadKubeConfig(source)));
  });

  it('given a token in a file, then it is read', async () => {
    const source = file({ tokenFile: 'token' });
    expect((await carried(readKubeConfig(source))).headers).toEqual([['authorization', 'Bearer from-a-file']]);
  });

  it.each([
    { given: 'a legacy auth provider', user: { 'auth-provider': { name: 'gcp' } }, cluster: {} },
    { given: 'somebody to act as', user: { token: 't', as: 'ana' }, cluster: {} },
    { given: 'a proxy', user: { token: 't' }, cluster: { 'proxy-url': 'http://proxy:3128' } },
    { given: 'plain HTTP to another machine', user: { token: 't' }, cluster: { server: 'http://10.0.0.1' } },
  ])('given $given, then client-node must read it', ({ user, cluster }) => {
    expect(readKubeConfig(file(user, cluster))).toBeUndefined();
  });

  it('given several files, then client-node must merge them', () => {
    expect(readKubeConfig({}, { KUBECONFIG: '/a:/b' })).toBeUndefined();
  });

  it.each<{ given: string; source: KubeConfigSource; says: RegExp }>([
    {
      given: 'no such context',
      source: { text: text({}), context: 'third' },
      says: /no context "third".* first, second/,
    },
    { given: 'no such file', source: { file: '/nowhere/config' }, says: /cannot be read.*\/nowhere\/config/ },
    { given: 'no YAML', source: { text: 'clusters: [' }, says: /cannot be read/ },
    { given: 'a list', source: { text: '- a' }, says: /cannot be read: it is no YAML mapping/ },
    {
      given: 'an entry that is none',
      source: { text: 'contexts: [null]' },
      says: /cannot be read: contexts.0 has the/,
    },
    {
      given: 'a name that is a number',
      source: { text: 'users: [{name: 1}]' },
      says: /users.0.name has the wrong type/,
    },
    { given: 'an empty text', source: { text: '' }, says: /no YAML mapping/ },
  ])('given $given, then its owner is told', ({ source, says }) => {
    expect(() => readKubeConfig(source)).toThrow(InvalidSpecError);
    expect(() => readKubeConfig(source)).toThrow(says);
  });
});

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { InvalidSpecError } from '#core/errors.ts';
import { createKubernetesCluster, kubeConfigFrom } from '#shared/kubernetes/cluster.ts';
import { loadKubeConfig } from '#shared/kubernetes/kube-config.ts';
import { startScriptedServer } from './scripted-server.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'weir-kubeconfig-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function aKubeConfig(user: object, server = 'https://127.0.0.1:1'): string {
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'first',
    clusters: [{ name: 'c', cluster: { server } }],
    users: [{ name: 'u', user }],
    contexts: ['first', 'second'].map((name) => ({ name, context: { cluster: 'c', user: 'u' } })),
  });
}

describe('loadKubeConfig', () => {
  it('given a file, then its current context counts', () => {
    const file = join(folder, 'config');
    writeFileSync(file, aKubeConfig({ token: 't' }));
    expect(loadKubeConfig({ file }).getCurrentContext()).toBe('first');
  });

  it('given another context, then that one counts', () => {
    const config = loadKubeConfig({ text: aKubeConfig({ token: 't' }), context: 'second' });
    expect(config.getCurrentContext()).toBe('second');
  });

  it.each([
    {
      given: 'no such context',
      source: { text: aKubeConfig({ token: 't' }), context: 'third' },
      says: /no context "third".* first, second/,
    },
    { given: 'no such file', source: { file: '/nowhere/config' }, says: /cannot be read.*\/nowhere\/config/ },
    { given: 'a text that is no kubeconfig', source: { text: 'clusters: [' }, says: /cannot be read/ },
  ])('given $given, then its owner is told', ({ source, says }) => {
    expect(() => loadKubeConfig(source)).toThrow(InvalidSpecError);
    expect(() => loadKubeConfig(source)).toThrow(says);
  });
});

describe('kubeConfigFrom', () => {
  it('given a command that makes tokens, then it is asked once, and again when its token is refused', async () => {
    const count = join(folder, 'count');
    const command = `
      const fs = require('node:fs');
      fs.appendFileSync(${JSON.stringify(count)}, 'x');
      const token = 'token-' + fs.readFileSync(${JSON.stringify(count)}, 'utf8').length;
      console.log(JSON.stringify({ kind: 'ExecCredential', status: { token } }));`;
    const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: process.execPath, args: ['-e', command] };
    const server = await startScriptedServer((asked, index) => {
      const valid = index < 2 ? 'Bearer token-1' : 'Bearer token-2';
      return asked.headers.authorization === valid ? { body: { kind: 'Pod', metadata: {} } } : { code: 401, body: {} };
    });
    const kubeConfig = kubeConfigFrom({ text: aKubeConfig({ exec }, server.url) });
    const cluster = createKubernetesCluster({ name: 'prod', kubeConfig });
    const pod = { apiVersion: 'v1', kind: 'Pod', namespace: 'shop', name: 'x' };
    for (let look = 0; look < 4; look += 1) expect(await cluster.get(pod)).toBeDefined();
    expect(readFileSync(count, 'utf8')).toBe('xx');
    cluster.close();
    await server.close();
  });
});

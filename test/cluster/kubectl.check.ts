/** The real kubectl against the embedded API: `npm run test:kubectl`, where there is a kubectl; without one it fails. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { kubeconfigFor, startServer, type KubernetesServer } from '../../infra/local/kubernetes/server.ts';
import { Store } from '../../infra/local/kubernetes/store.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { replicaSet, rollout } from '../unit/infra/kubernetes/manifests.ts';

const run = promisify(execFile);
describe('kubectl', () => {
  let server: KubernetesServer;
  let folder: string;

  beforeEach(async () => {
    const store = new Store({ clock: new VirtualClock(Date.now()) });
    store.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } });
    server = await startServer(store);
    folder = await mkdtemp(join(tmpdir(), 'weir-kubectl-'));
    await writeFile(join(folder, 'config'), kubeconfigFor('test', server));
  });

  afterEach(async () => {
    await server.close();
    await rm(folder, { recursive: true });
  });

  /** What it prints; what it complains of is thrown. */
  async function kubectl(...words: readonly string[]): Promise<string> {
    const where = ['--kubeconfig', join(folder, 'config'), '--cache-dir', join(folder, 'cache'), '-n', 'shop'];
    const { stdout } = await run('kubectl', [...where, ...words]);
    return stdout.trim();
  }

  async function apply(...objects: readonly object[]): Promise<string> {
    await writeFile(join(folder, 'manifest.json'), JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }));
    return kubectl('apply', '-f', join(folder, 'manifest.json'));
  }

  it('given manifests, when they are applied, changed and applied again, then the objects follow', async () => {
    expect(await apply(rollout('web'), replicaSet('web'))).toBe(
      'rollout.argoproj.io/web created\nreplicaset.apps/web created',
    );
    const changed = [rollout('web', { spec: { replicas: 4 } }), replicaSet('web', { image: 'app:2' })];
    expect(await apply(...changed)).toBe('rollout.argoproj.io/web configured\nreplicaset.apps/web configured');
    expect(await apply(...changed)).toBe('rollout.argoproj.io/web unchanged\nreplicaset.apps/web unchanged');
    expect(await kubectl('get', 'ro', 'web', '--no-headers')).toMatch(/^web +4 /);
    expect(await kubectl('get', 'rs', 'web', '-o', 'jsonpath={.spec.template.spec.containers[*].image}')).toBe('app:2');
  }, 30_000);

  it('given an object, when it is described, patched, scaled and deleted, then each is done', async () => {
    await apply(rollout('web'));
    expect(await kubectl('describe', 'rollout', 'web')).toContain('API Version:  argoproj.io/v1alpha1');
    await kubectl('patch', 'rollout', 'web', '--type', 'merge', '-p', '{"spec":{"paused":true}}');
    await kubectl('scale', 'rollout', 'web', '--replicas', '7');
    expect(await kubectl('get', 'ro', 'web', '-o', 'jsonpath={.spec}')).toBe('{"paused":true,"replicas":7}');
    await expect(kubectl('patch', 'rollout', 'web', '-p', '{}')).rejects.toThrow(
      'is not supported by argoproj.io/v1alpha1',
    );
    expect(await kubectl('delete', 'rollout', 'web')).toBe('rollout.argoproj.io "web" deleted');
    await expect(kubectl('get', 'rollout', 'web')).rejects.toThrow('rollouts.argoproj.io "web" not found');
  }, 30_000);
});

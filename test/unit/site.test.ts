import { describe, expect, it } from '@jest/globals';
import type { Reading } from '#core/analysis/reading.ts';
import { parseConfig } from '#shared/config-file.ts';
import type { KubernetesCluster } from '#shared/kubernetes/cluster.ts';
import { createSite } from '#shared/site.ts';
import { answering, openServer, taskFor, NOW } from './metric-providers/support.ts';

/** One web reading of a site that a weir.yaml with these egress rules makes. */
async function readUnder(egress: object, url: string): Promise<Reading> {
  const config = parseConfig(JSON.stringify({ clusters: [{ name: 'prod' }], egress }), 'weir.yaml');
  const cluster = { name: 'prod' } as KubernetesCluster;
  const { providers } = createSite(config.clusters[0]!, cluster, { clock: { now: () => NOW }, egress: config.egress });
  const task = taskFor({ web: { url } });
  return (await providers.for(task.metric)).read(task, new AbortController().signal);
}

describe('given the egress rules of a weir.yaml, when a metric is read', () => {
  it.each([
    ['a denied host', { denyHosts: ['127.0.0.1'] }, 'host 127.0.0.1 is in egress.denyHosts'],
    ['a host that is not allowed', { allowHosts: ['a.example'] }, 'host 127.0.0.1 is not in egress.allowHosts'],
    ['an allowed host on this machine', { allowHosts: ['127.0.0.1'] }, 'in egress.loopback'],
  ])('from %s, then it is refused and nothing is asked', async (_name, egress, reason) => {
    const server = await openServer(answering('1'));
    const loopback = 'allowHosts' in egress && egress.allowHosts.includes('127.0.0.1') ? [] : [server.host];
    const reading = await readUnder({ ...egress, loopback }, server.address);
    expect(reading).toMatchObject({ kind: 'error', message: expect.stringContaining(reason) });
    expect(server.requests).toEqual([]);
  });

  it('from an allowed place, then it is read', async () => {
    const server = await openServer(answering('1'));
    const reading = await readUnder({ allowHosts: ['127.0.0.1'], loopback: [server.host] }, server.address);
    expect(reading).toMatchObject({ kind: 'value', text: '1' });
  });
});

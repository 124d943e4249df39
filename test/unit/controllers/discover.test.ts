import { expect, it } from '@jest/globals';
import { discover } from '#shared/controllers/discover.ts';
import { createMemoryCursorStore } from '#shared/history/memory-cursor-store.ts';
import type { ListQuery, Ports, Site, WatchQuery } from '#shared/ports.ts';
import { aLog } from '../../support/quiet-log.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const [ISTIO, APP_MESH] = ['networking.istio.io/v1', 'appmesh.k8s.aws/v1beta2'];

it('given two kinds of one name in two API groups, when a tick goes on, then each is followed from its own place', async () => {
  const cursors = createMemoryCursorStore();
  const kinds = [ISTIO, APP_MESH].map((apiVersion) => ({ apiVersion, kind: 'VirtualService' }));
  await cursors.set('prod/routing-kinds', JSON.stringify(kinds), undefined);
  const watched = new Map<string, string | undefined>();
  const cluster = {
    name: 'prod',
    list: async ({ apiVersion }: ListQuery) => ({ items: [], resourceVersion: `place of ${apiVersion}` }),
    async *watch({ apiVersion, kind, resourceVersion }: WatchQuery) {
      if (kind === 'VirtualService') watched.set(apiVersion, resourceVersion);
      yield { type: 'BOOKMARK', resourceVersion };
    },
  };
  const site = { cluster, namespaces: [] } as unknown as Site;
  const ports = { cursors, clock: new VirtualClock(), log: aLog() } as unknown as Ports;
  await discover(site, ports, { watchFor: 0 });
  await discover(site, ports, { watchFor: 0 });
  expect([...watched]).toEqual([ISTIO, APP_MESH].map((apiVersion) => [apiVersion, `place of ${apiVersion}`]));
});

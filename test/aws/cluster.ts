/** A cluster with metrics for deployed functions to work on: the embedded Kubernetes API over HTTP, in real time. */
import { SECOND } from '#core/time.ts';
import { ScaledClock } from '../../infra/local/clock.ts';
import { startControllers } from '../../infra/local/kubernetes/controllers.ts';
import { createDirectCluster } from '../../infra/local/kubernetes/direct-cluster.ts';
import { startServer } from '../../infra/local/kubernetes/server.ts';
import { Store } from '../../infra/local/kubernetes/store.ts';
import { createMetricsSource } from '../../infra/local/metrics/source.ts';
import { simulatedPods } from '../../infra/local/simulated-pods.ts';

export const CLUSTER_TOKEN = 'service-account-token';

export async function startCluster() {
  const clock = new ScaledClock(1);
  const store = new Store({ clock });
  const controllers = startControllers(store, clock, { startDelay: SECOND / 10, readyDelay: SECOND / 10 });
  const metrics = createMetricsSource({ timers: clock, pods: () => simulatedPods(store), scrapeInterval: SECOND });
  const metricsUrl = await metrics.listen();
  const proxied: string[] = [];
  const server = await startServer(store, {
    token: CLUSTER_TOKEN,
    services: ({ namespace, name, port }) => {
      proxied.push(`${namespace}/${name}:${port}`);
      return `${namespace}/${name}:${port}` === 'monitoring/prometheus:9090' ? metricsUrl : undefined;
    },
  });
  return {
    cluster: createDirectCluster('test', store),
    url: server.url,
    metricsUrl,
    /** Services that were asked through the API server. */
    proxied: proxied as readonly string[],
    async stop() {
      controllers.stop();
      clock.stop();
      await metrics.stop();
      await server.close();
    },
  };
}

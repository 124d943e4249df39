/** Which provider measures a metric. Each is loaded when it is first used. analysis §18 */
import { providerOf, type ProviderName } from '#core/analysis/provider-of.ts';
import type { MeasurementTask, Reading } from '#core/analysis/reading.ts';
import type { AddressRule } from '#core/egress/address-rules.ts';
import type { EgressPolicy } from '#core/egress/judge.ts';
import { InvalidSpecError } from '#core/errors.ts';
import type { Metric } from '#core/resources/argo.ts';
import { parseTimestamp, type Millis } from '#core/time.ts';
import type { HostResolver } from '../egress/guard.ts';
import { createHttpClient, startDeadline, type Deadline } from '../http.ts';
import type { Clock, Cluster, MetricProvider, MetricProviders } from '../ports.ts';
import type { Environment, PluginLoaders, ProviderContext, ProviderFactory, SecretReader } from './provider.ts';
import { createTransport, type ServiceProxy } from './transport.ts';

export interface MetricProviderOptions {
  readonly clock: Clock;
  /** The cluster that the metrics are measured for: Jobs run there, and messages name it. */
  readonly cluster: Cluster;
  /** `clusters[].metrics` of weir.yaml. */
  readonly addressRules: readonly AddressRule[];
  readonly egress: EgressPolicy;
  readonly secrets: SecretReader;
  /** Where provider secrets are looked up (analysis §15). */
  readonly controllerNamespace: string;
  readonly environment: Environment;
  /** Needed for address rules that name a service. */
  readonly serviceProxy?: ServiceProxy;
  /** Metric plugins of Weir by name, `weir/…`. */
  readonly plugins?: PluginLoaders;
  /** How host names are resolved; the system's way by default. */
  readonly resolve?: HostResolver;
  /** How the time of a measurement is capped; real time by default. */
  readonly startDeadline?: (length: Millis) => Deadline;
}

const PROVIDERS: Readonly<Record<ProviderName, () => Promise<ProviderFactory>>> = {
  prometheus: async () => (await import('./prometheus.ts')).createPrometheusProvider,
  web: async () => (await import('./web.ts')).createWebProvider,
  datadog: async () => (await import('./datadog.ts')).createDatadogProvider,
  newRelic: async () => (await import('./new-relic.ts')).createNewRelicProvider,
  wavefront: async () => (await import('./wavefront.ts')).createWavefrontProvider,
  cloudWatch: async () => (await import('./cloud-watch.ts')).createCloudWatchProvider,
  graphite: async () => (await import('./graphite.ts')).createGraphiteProvider,
  influxdb: async () => (await import('./influxdb.ts')).createInfluxdbProvider,
  skywalking: async () => (await import('./sky-walking.ts')).createSkyWalkingProvider,
  kayenta: async () => (await import('./kayenta.ts')).createKayentaProvider,
  job: async () => (await import('./job.ts')).createJobProvider,
  plugin: async () => (await import('./plugin.ts')).createPluginProvider,
};

/** These leave measurements in flight; all others finish within `run`. */
const IN_FLIGHT: ReadonlySet<ProviderName> = new Set(['job', 'kayenta', 'plugin']);

export function createMetricProviders(options: MetricProviderOptions): MetricProviders {
  const context = contextOf(options);
  const loaded = new Map<ProviderName, Promise<MetricProvider>>();
  return {
    for: async (metric) => {
      const name = nameOf(metric);
      const provider = loaded.get(name) ?? load(name, context);
      loaded.set(name, provider);
      return provider;
    },
  };
}

function contextOf(options: MetricProviderOptions): ProviderContext {
  const { clock, cluster, secrets, controllerNamespace, environment, egress, resolve, serviceProxy } = options;
  const client = createHttpClient({ egress, resolve, environment });
  return {
    clock,
    cluster,
    secrets,
    controllerNamespace,
    environment,
    transport: createTransport({ client, rules: options.addressRules, cluster: cluster.name, serviceProxy }),
    startDeadline: options.startDeadline ?? startDeadline,
    plugins: options.plugins ?? {},
  };
}

function nameOf(metric: Metric): ProviderName {
  const name = providerOf(metric);
  if (name !== undefined) return name;
  throw new InvalidSpecError(`no valid provider in metric '${metric.name}'`);
}

async function load(name: ProviderName, context: ProviderContext): Promise<MetricProvider> {
  const create = await PROVIDERS[name]();
  const provider = create(context);
  return IN_FLIGHT.has(name) ? provider : finishing(provider);
}

/** A measurement in flight that a provider of this kind never leaves: resumed or terminated, it stays as it is. */
function finishing(provider: MetricProvider): MetricProvider {
  return {
    ...provider,
    read: async (task, signal) => (task.operation === 'run' ? provider.read(task, signal) : unchanged(task)),
  };
}

function unchanged({ measurement, now }: MeasurementTask): Reading {
  const resumeAt = parseTimestamp(measurement?.resumeAt) ?? now;
  return { kind: 'pending', resumeAt, metadata: measurement?.metadata ?? {} };
}

/** The one cluster of `weir run`, from its flags and weir.yaml. */
import { readFileSync } from 'node:fs';
import { InvalidSpecError, messageOf } from '#core/errors.ts';
import type { ClusterConfig, WeirConfig } from '#shared/config.ts';
import { parseConfig } from '#shared/config-file.ts';
import type { RunOptions } from './options.ts';

export interface RunConfig extends Omit<WeirConfig, 'clusters'> {
  readonly cluster: ClusterConfig;
}

/** Addresses inside of a cluster are private ones: in a pod they are what metrics are asked at. */
const CLUSTER_RANGES = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', 'fc00::/7'];

/** @throws InvalidSpecError with every problem of weir.yaml */
export function configure(options: RunOptions, environment: NodeJS.ProcessEnv): RunConfig {
  const { clusters, ...config } = options.config === undefined ? emptyConfig() : readConfig(options.config);
  const cluster = onlyOne(clusters, options.config);
  const isPod = environment['KUBERNETES_SERVICE_HOST'] !== undefined;
  const egress = isPod
    ? { ...config.egress, privateRanges: [...config.egress.privateRanges, ...CLUSTER_RANGES] }
    : config.egress;
  return { ...config, egress, cluster: { ...cluster, ...overrides(options) } };
}

function emptyConfig(): WeirConfig {
  return parseConfig('clusters: [{name: default}]', 'the default configuration');
}

function readConfig(file: string): WeirConfig {
  try {
    return parseConfig(readFileSync(file, 'utf8'), file);
  } catch (error) {
    if (error instanceof InvalidSpecError) throw error;
    throw new InvalidSpecError(`--config ${file} cannot be read: ${messageOf(error)}`, { cause: error });
  }
}

function onlyOne(clusters: WeirConfig['clusters'], file: string | undefined): ClusterConfig {
  const [cluster, ...others] = clusters;
  if (cluster !== undefined && others.length === 0) return cluster;
  const names = clusters.map(({ name }) => name).join(', ');
  throw new InvalidSpecError(`${file} names ${clusters.length} clusters (${names}); weir run works on one: leave one`);
}

/** What a flag says counts. */
function overrides({ kubeconfig, context, namespaces, controllers }: RunOptions): Partial<ClusterConfig> {
  return {
    ...(controllers === undefined ? {} : { controllers: [...controllers] }),
    ...(kubeconfig === undefined ? {} : { kubeconfig }),
    ...(context === undefined ? {} : { context }),
    ...(namespaces.length === 0 ? {} : { namespaces: [...namespaces] }),
  };
}

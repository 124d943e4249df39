/** The two controllers that can move Rollouts: Argo's, as released, and Weir, as `weir run`. Each as a process of its own. */
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ControlPlaneFacts } from './control-plane.ts';
import { ARGO_ROLLOUTS, goProgram } from './go-program.ts';
import { eventually, freePorts, startServer, type Server } from './processes.ts';

const WEIR = fileURLToPath(new URL('../../../cli/weir.ts', import.meta.url));
const ANYBODY = { AWS_REGION: 'local', AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' };
const READY_WITHIN = { within: 120_000 };

export interface ArgoOptions {
  /** It works in this namespace only, and its Lease is there. */
  readonly namespace: string;
  /**
   * Whether it holds a Lease, as it does by default. On a busy machine it may come too late to renew it, and then it ends: only
   * for those whose test is about the Lease.
   */
  readonly withLease?: boolean;
  readonly flags?: readonly string[];
}

/** Ready when its workers have started. Its ports for metrics and health bind all addresses: it has no flag for that. */
export async function startArgo(facts: ControlPlaneFacts, options: ArgoOptions): Promise<Server> {
  const { namespace, withLease = false, flags = [] } = options;
  const program = await goProgram(ARGO_ROLLOUTS);
  const folder = mkdtempSync(join(facts.folder, 'argo-'));
  const [metricsPort, healthzPort] = await freePorts(2);
  const own = ['--namespaced', '--namespace', namespace, '--kubeconfig', facts.kubeconfig];
  // Its own defaults make it wait for its turn at the API server when two dozen Rollouts move at once.
  const limits = ['--qps=200', '--burst=400'];
  const lease = withLease ? [] : ['--leader-elect=false'];
  const ports = [`--metricsPort=${metricsPort}`, `--healthzPort=${healthzPort}`];
  const server = startServer(
    'rollouts-controller',
    folder,
    [program, ...own, ...ports, ...limits, ...lease, ...flags],
    {
      POD_NAMESPACE: namespace,
    },
  );
  await untilLogged(server, /Started rollout workers|Started controller/, 'Argo Rollouts works');
  return server;
}

export interface WeirOptions {
  readonly controllers: 'observe' | 'analysis' | 'analysis,rollouts';
  readonly namespaces: readonly string[];
  /** Whose rights it has; by default the administrator's. */
  readonly kubeconfig?: string;
  readonly leaseNamespace?: string;
  /** weir.yaml; its one cluster is named here too. */
  readonly config?: object;
  /** Where its history is; by default a new folder. */
  readonly data?: string;
  /** Where its history is instead: the endpoint of a DynamoDB that asks nobody who he is. */
  readonly dynamodb?: string;
  readonly flags?: readonly string[];
}

export interface RunningWeir extends Server {
  /** Of webhooks and API. */
  readonly url: string;
  readonly metrics: string;
  readonly data: string;
  readonly tokens: {
    readonly apiToken: string;
    readonly alertmanagerToken: string;
    readonly slackSigningSecret: string;
  };
}

/** Where its files go, and the cluster that it works on. */
export type WeirPlace = Pick<ControlPlaneFacts, 'folder' | 'kubeconfig'>;

/** What it prints when it serves. */
interface Served {
  readonly url: string;
  readonly metrics: string;
  readonly tokens: string;
}

/** Ready when /readyz is green. */
export async function startWeir(facts: WeirPlace, options: WeirOptions): Promise<RunningWeir> {
  const before = options.data === undefined ? 0 : linesOf(join(options.data, 'weir.log')).length;
  const { server, data } = launchWeir(facts, options);
  const served = await eventually(
    'weir run serves',
    () => {
      server.mustLive();
      const line = linesOf(server.logFile)
        .slice(before)
        .find((text) => text.startsWith('{"url":'));
      return line === undefined ? undefined : (JSON.parse(line) as Served);
    },
    READY_WITHIN,
  );
  await eventually(
    'weir run is ready',
    async () => {
      server.mustLive();
      const answer = await fetch(`${served.url}/readyz`);
      const text = await answer.text();
      if (!answer.ok) throw new Error(text);
      return true;
    },
    READY_WITHIN,
  );
  const tokens = JSON.parse(readFileSync(resolve(data, served.tokens), 'utf8')) as RunningWeir['tokens'];
  return { ...server, url: served.url, metrics: served.metrics, data, tokens };
}

function linesOf(logFile: string): readonly string[] {
  return existsSync(logFile) ? readFileSync(logFile, 'utf8').trimEnd().split('\n') : [];
}

/** Started, and nothing is waited for: for those that are refused. */
export function launchWeir(facts: WeirPlace, options: WeirOptions): { readonly server: Server; readonly data: string } {
  const { controllers, namespaces, kubeconfig = facts.kubeconfig, leaseNamespace, config, flags = [] } = options;
  const folder = options.data ?? mkdtempSync(join(facts.folder, 'weir-'));
  const file = join(folder, 'weir.yaml');
  if (config !== undefined) writeFileSync(file, JSON.stringify(config));
  const words = [
    `--kubeconfig=${kubeconfig}`,
    `--controllers=${controllers}`,
    options.dynamodb === undefined ? `--data=${folder}` : `--dynamodb-endpoint=${options.dynamodb}`,
    '--port=0',
    '--metrics-port=0',
    ...namespaces.flatMap((namespace) => ['--namespace', namespace]),
    ...(leaseNamespace === undefined ? [] : ['--lease-namespace', leaseNamespace]),
    ...(config === undefined ? [] : ['--config', file]),
    ...flags,
  ];
  const env = options.dynamodb === undefined ? {} : ANYBODY;
  return { server: startServer('weir', folder, [process.execPath, WEIR, 'run', ...words], env), data: folder };
}

async function untilLogged(server: Server, pattern: RegExp, what: string): Promise<void> {
  await eventually(
    what,
    () => {
      server.mustLive();
      return pattern.test(readFileSync(server.logFile, 'utf8')) ? true : undefined;
    },
    READY_WITHIN,
  );
}

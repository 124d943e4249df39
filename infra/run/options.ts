/** What `weir run` takes. */
import { parseArgs } from 'node:util';
import { InvalidSpecError, messageOf } from '#core/errors.ts';
import type { ControllerName } from '#shared/ports.ts';

export interface RunOptions {
  /** Absent: $KUBECONFIG, ~/.kube/config, or the pod's service account. */
  readonly kubeconfig?: string;
  readonly context?: string;
  /** Empty: all. */
  readonly namespaces: readonly string[];
  readonly instanceId?: string;
  /** Absent: as weir.yaml says. */
  readonly controllers?: readonly ControllerName[];
  /** Path of a weir.yaml. */
  readonly config?: string;
  readonly data: string;
  readonly dynamodbEndpoint?: string;
  readonly dynamodbTable: string;
  readonly host: string;
  readonly port: number;
  readonly metricsPort: number;
  /** Where the Lease is held. */
  readonly leaseNamespace?: string;
  readonly logLevel: LogLevel;
}

type LogLevel = 'debug' | 'info' | 'warn' | 'error';

export const USAGE = `weir run --controllers observe|analysis|analysis,rollouts [--kubeconfig F] [--context C] [--namespace N]…

Weir in one process, on the cluster of a kubeconfig or of the pod it runs in. It watches instead of ticking.

  --controllers        what the cluster hands over: observe (nothing), analysis (AnalysisRuns), analysis,rollouts (all);
                       with --config by default what that says
  --kubeconfig F       by default $KUBECONFIG, ~/.kube/config, or the service account of the pod
  --context C          another context of it than the current one
  --namespace N, -n N  only these namespaces (may be repeated); by default all
  --instance-id I      only objects with the label argo-rollouts.argoproj.io/controller-instance-id=I; without it only those without
  --config F           weir.yaml: metrics rules, egress, policy
  --data DIR           where history and orders are kept (.weir-run)
  --dynamodb-endpoint U, --dynamodb-table T
                       keep them in DynamoDB instead (table weir; AWS_REGION and credentials as usual)
  --host H             address to listen on (127.0.0.1; in a pod 0.0.0.0)
  --port P             webhooks, API, /healthz, /readyz (8080; 0 takes a free one)
  --metrics-port M     /metrics (8090; 0 takes a free one)
  --lease-namespace N  where the Lease weir-run is held (by default the pod's namespace, the first --namespace, or default)
  --log-level L        debug, info, warn or error (info)

When it serves, it prints one JSON line to stdout: {"url":…,"metrics":…,"tokens":…}; everything else goes to stderr.
Exit codes: 0 stopped by a signal, 1 wrong usage or configuration, 5 another controller is at work, 8 the cluster or DynamoDB does not answer at the start.`;

const OPTIONS = {
  kubeconfig: { type: 'string' },
  context: { type: 'string' },
  namespace: { type: 'string', short: 'n', multiple: true },
  'instance-id': { type: 'string' },
  controllers: { type: 'string' },
  config: { type: 'string' },
  data: { type: 'string' },
  'dynamodb-endpoint': { type: 'string' },
  'dynamodb-table': { type: 'string' },
  host: { type: 'string' },
  port: { type: 'string' },
  'metrics-port': { type: 'string' },
  'lease-namespace': { type: 'string' },
  'log-level': { type: 'string' },
} as const;

const CONTROLLERS: ReadonlyMap<string, readonly ControllerName[]> = new Map([
  ['observe', []],
  ['analysis', ['analysis']],
  ['analysis,rollouts', ['analysis', 'rollouts']],
  ['rollouts,analysis', ['analysis', 'rollouts']],
]);

/** @throws InvalidSpecError with every problem, and the usage */
export function parseRunOptions(args: readonly string[], environment: NodeJS.ProcessEnv): RunOptions {
  const values = parsed(args);
  const problems: string[] = [];
  const controllers = CONTROLLERS.get((values.controllers ?? '').replaceAll(' ', ''));
  const isOpen = values.controllers === undefined && values.config !== undefined;
  if (controllers === undefined && !isOpen) problems.push(controllersProblem(values.controllers));
  if (values.data !== undefined && values['dynamodb-endpoint'] !== undefined)
    problems.push('--data and --dynamodb-endpoint exclude each other: history is kept in one place');
  const options = {
    namespaces: values.namespace ?? [],
    data: values.data ?? '.weir-run',
    dynamodbTable: values['dynamodb-table'] ?? 'weir',
    host: values.host ?? (environment['KUBERNETES_SERVICE_HOST'] === undefined ? '127.0.0.1' : '0.0.0.0'),
    port: portOf('--port', values.port, 8080, problems),
    metricsPort: portOf('--metrics-port', values['metrics-port'], 8090, problems),
    logLevel: levelOf(values['log-level'], problems),
    ...(controllers === undefined ? {} : { controllers }),
    ...given('kubeconfig', values.kubeconfig),
    ...given('context', values.context),
    ...given('instanceId', values['instance-id']),
    ...given('config', values.config),
    ...given('dynamodbEndpoint', values['dynamodb-endpoint']),
    ...given('leaseNamespace', values['lease-namespace']),
  };
  if (problems.length === 0) return options;
  throw new InvalidSpecError(`${problems.join('\n')}\n\n${USAGE}`);
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS }).values;
  } catch (error) {
    throw new InvalidSpecError(`${messageOf(error)}\n\n${USAGE}`, { cause: error });
  }
}

function controllersProblem(value: string | undefined): string {
  if (value === undefined) return '--controllers is missing: observe, analysis, or analysis,rollouts';
  if (value === 'rollouts') return '--controllers rollouts needs analysis as well: analysis,rollouts';
  return `--controllers is observe, analysis, or analysis,rollouts, not "${value}"`;
}

function portOf(flag: string, text: string | undefined, byDefault: number, problems: string[]): number {
  if (text === undefined) return byDefault;
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  problems.push(`${flag} takes a port from 0 to 65535, not "${text}"`);
  return byDefault;
}

function levelOf(text: string | undefined, problems: string[]): LogLevel {
  if (text === undefined) return 'info';
  if (text === 'debug' || text === 'info' || text === 'warn' || text === 'error') return text;
  problems.push(`--log-level is debug, info, warn or error, not "${text}"`);
  return 'info';
}

function given<K extends string>(name: K, value: string | undefined): { readonly [P in K]?: string } {
  return value === undefined ? {} : ({ [name]: value } as { readonly [P in K]?: string });
}

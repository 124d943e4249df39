/** Weir's own configuration, `weir.yaml`: validated as a whole, every problem reported together. */
import * as z from 'zod';
import { ALERT_ACTIONS, DEFAULT_ALERT_POLICY, type AlertSubject } from '#core/alerts/policy.ts';
import { parseIp, parseRange } from '#core/egress/ip-address.ts';
import { InvalidSpecError } from '#core/errors.ts';
import { policyParts } from './policy-config.ts';

/** Where a metric address as written in manifests is asked: a URL, or a Service through the API server's proxy. */
const metricsRule = z.union(
  [
    z.strictObject({ match: z.string().min(1), url: z.url() }),
    z.strictObject({ match: z.string().min(1), service: z.string().regex(/^[^/]+\/[^:/]+:[^:/]+$/) }),
  ],
  'must be {match, url} or {match, service: namespace/name:port}',
);

const controllers = z
  .array(z.enum(['analysis', 'rollouts']))
  .refine((named) => !named.includes('rollouts') || named.includes('analysis'), {
    message: 'rollouts needs analysis as well: write [analysis, rollouts]',
  });

/** Base64 of PEM, as a kubeconfig has it. */
const certificateAuthority = z.base64('must be the base64 text of a PEM certificate').min(1);
const apiServer = z.url({ protocol: /^https?$/, error: 'must be the URL of an API server' });

/** An EKS cluster: Weir's own AWS identity, or `roleArn`, needs an access entry in it. */
const eks = z.strictObject({
  name: z.string().min(1),
  /** Weir's own region by default. */
  region: z.string().min(1).optional(),
  roleArn: z
    .string()
    .regex(/^arn:aws[-\w]*:iam::\d{12}:role\/.+/, 'must be the ARN of a role')
    .optional(),
  /** Both or none: without them EKS is asked (eks:DescribeCluster). */
  server: apiServer.optional(),
  certificateAuthority: certificateAuthority.optional(),
  /** The stack makes the access entries for Weir's roles, in the group `weir`; the cluster is in its account and region. */
  accessEntries: z.boolean().default(false),
});

/** Any cluster: a service account's token, kept in Secrets Manager under this name or ARN. */
const serviceAccount = z.strictObject({
  server: apiServer,
  certificateAuthority: certificateAuthority.optional(),
  tokenSecret: z.string().min(1),
});

const WAYS_IN = ['kubeconfig', 'kubeconfigSecret', 'serviceAccount', 'eks'] as const;

const cluster = z
  .strictObject({
    name: z.string().regex(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/, 'must be lower case letters, digits, - and .'),
    /** A file on this machine. */
    kubeconfig: z.string().optional(),
    /** A kubeconfig in Secrets Manager, by name or ARN. */
    kubeconfigSecret: z.string().min(1).optional(),
    /** Of either kubeconfig; its current one by default. */
    context: z.string().optional(),
    serviceAccount: serviceAccount.optional(),
    eks: eks.optional(),
    /** What the team hands over: [] observes only. */
    controllers: controllers.default([]),
    /** Empty: all namespaces. */
    namespaces: z.array(z.string().min(1)).default([]),
    metrics: z.array(metricsRule).default([]),
    /** Weights of ALBs count when the load balancers themselves have them. Region: Weir's own by default. */
    loadBalancers: z.strictObject({ region: z.string().min(1).optional() }).optional(),
  })
  .refine((given) => WAYS_IN.filter((way) => given[way] !== undefined).length <= 1, {
    message: `must have one of ${WAYS_IN.join(', ')}`,
  })
  .refine(({ eks: given }) => (given?.server === undefined) === (given?.certificateAuthority === undefined), {
    path: ['eks'],
    message: 'must have both of server and certificateAuthority, or none',
  });

const clusters = z
  .array(cluster)
  .min(1, 'names no cluster')
  // Asked whatever else is wrong: a cluster may be any value then.
  .superRefine(refuseNamesakes, { when: ({ value }) => Array.isArray(value) });

const hostPattern = z
  .string()
  .refine(
    (text) => parseIp(text) !== undefined || /^(\*\.)?[a-z\d]([-.\w]*[a-z\d])?$/i.test(text),
    'must be a host name, *.domain or an address, without scheme and port',
  );

/** Where metric addresses may lead: `EgressPolicy` says what each list means. */
const egress = z.strictObject({
  allowHosts: z.array(hostPattern).default([]),
  denyHosts: z.array(hostPattern).default([]),
  loopback: z.array(z.string().regex(/^(\[[\da-f:.]+\]|[-.\w]+):\d{1,5}$/i, 'must be host:port')).default([]),
  privateRanges: z
    .array(z.string().refine((text) => parseRange(text) !== undefined, 'must be a range such as 10.20.0.0/16'))
    .default([]),
});

const alertAction = z.enum(ALERT_ACTIONS);

/** Severity → action; what is not named keeps its default. */
const bySeverity = (subject: AlertSubject) =>
  z
    .record(z.string().min(1), alertAction)
    .default({})
    .transform((named) => ({ ...DEFAULT_ALERT_POLICY.severity[subject], ...named }));

const alerts = z.strictObject({
  mapping: z
    .array(
      z.strictObject({
        match: z
          .record(z.string().min(1), z.string())
          .refine((labels) => Object.keys(labels).length > 0, 'names no label'),
        rollout: z.string().regex(/^([^/\s]+\/){0,2}[^/\s]+$/, 'must be [[cluster/]namespace/]rollout'),
      }),
    )
    .default([]),
  severity: z
    .strictObject({ canary: bySeverity('canary'), stable: bySeverity('stable'), rollout: bySeverity('rollout') })
    .prefault({}),
  watchdog: z.string().min(1).default(DEFAULT_ALERT_POLICY.watchdog),
  /** Where API Gateway asks for client certificates: the subjects that may send alerts, as `CN=alertmanager,O=shop`. */
  clientCertificates: z.array(z.string().min(1)).default([]),
});

/** Where people are told. */
const slack = z.strictObject({
  /** Name or id of a channel; without it nothing is announced. */
  channel: z.string().min(1).optional(),
  /** Workspaces that orders are taken from, by team id; without it all that have the app. */
  teams: z.array(z.string().regex(/^[TE][A-Z\d]+$/, 'must be the id of a workspace, as T0123ABCD')).default([]),
  /** The app that orders come through; without it any that has the signing secret. */
  appId: z
    .string()
    .regex(/^A[A-Z\d]+$/, 'must be the id of an app, as A0123ABCD')
    .optional(),
});

const DAYS = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827] as const;

/** How the stack on AWS is made. */
const aws = z.strictObject({
  /** How long each tick listens for changes: 1 s, up to 55 s for near-real-time at the price of a held function. */
  watchSeconds: z.number().int().min(1).max(55).default(1),
  /** The most passes at the same time, in batches of ten. */
  maximumConcurrency: z.number().int().min(2).max(1000).default(10),
  logLevel: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
  logRetentionDays: z.literal(DAYS, `must be one of CloudWatch's: ${DAYS.join(', ')}`).default(30),
  /** Who is told of an alarm, by e-mail or by a topic that is there already. */
  alarmEmail: z.email().optional(),
  alarmTopicArn: z
    .string()
    .regex(/^arn:aws[-\w]*:sns:[-\w]+:\d{12}:.+/, 'must be the ARN of an SNS topic')
    .optional(),
  /** What writes of the table may cost in an hour before somebody is told, US dollars. */
  alarmDollarsPerHour: z.number().positive().default(1),
  /** Alertmanagers send `alerts.watchdog`, which always fires: ten minutes without it are an alarm. */
  watchdog: z.boolean().default(false),
  /** Only where API servers or metrics can be reached in no other way: the functions then run in this network. */
  vpc: z
    .strictObject({
      id: z.string().regex(/^vpc-[\da-f]+$/, 'must be the id of a VPC'),
      subnets: z.array(z.string().regex(/^subnet-[\da-f]+$/, 'must be the id of a subnet')).min(1),
      availabilityZones: z.array(z.string().min(1)).min(1),
      securityGroups: z.array(z.string().regex(/^sg-[\da-f]+$/, 'must be the id of a security group')).min(1),
    })
    .refine(({ subnets, availabilityZones }) => subnets.length === availabilityZones.length, {
      message: 'must name one availability zone per subnet',
    })
    .optional(),
});

/** After promotion (`weir.dev/bake`). */
const rollback = z.strictObject({
  /** Does Argo CD undo what Git does not say? Then an undo in the cluster is no rollback. */
  selfHeal: z.boolean().default(true),
  /** Who is asked for a revert in Git, signed with Weir's rollback secret. */
  webhook: z.url({ protocol: /^https?$/ }).optional(),
});

const weirConfig = z.strictObject({
  clusters,
  slack: slack.prefault({}),
  aws: aws.prefault({}),
  ...policyParts,
  egress: egress.prefault({}),
  alerts: alerts.prefault({}),
  rollback: rollback.prefault({}),
});

export type WeirConfig = z.infer<typeof weirConfig>;
export type ClusterConfig = WeirConfig['clusters'][number];

/** The configuration, or one line per problem: where, what. */
export function readConfig(
  content: unknown,
): { readonly config: WeirConfig } | { readonly problems: readonly string[] } {
  const result = weirConfig.safeParse(content);
  if (result.success) return { config: result.data };
  return { problems: result.error.issues.map(({ path, message }) => `${pathText(path)}: ${message}`) };
}

/**
 * @param file the name that messages show
 * @throws InvalidSpecError with one line per problem
 */
export function checkConfig(content: unknown, file: string): WeirConfig {
  const read = readConfig(content);
  if ('config' in read) return read.config;
  throw wrongConfig(read.problems, file);
}

export function wrongConfig(problems: readonly string[], file: string): InvalidSpecError {
  const lines = problems.map((problem) => `  ${problem}`);
  return new InvalidSpecError(`${file} has ${problems.length} problem(s):\n${lines.join('\n')}`);
}

function refuseNamesakes(named: readonly unknown[], context: z.core.$RefinementCtx): void {
  const names = named.map((value) => (value as { name?: unknown } | null)?.name);
  for (const [index, name] of names.entries()) {
    if (typeof name !== 'string' || names.indexOf(name) === index) continue;
    context.addIssue({ code: 'custom', path: [index, 'name'], message: `"${name}" is named twice` });
  }
}

function pathText(path: readonly PropertyKey[]): string {
  const text = path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('');
  return text === '' ? '(top)' : text.replace(/^\./, '');
}

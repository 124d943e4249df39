/** Weir's own configuration: one YAML file, validated as a whole, every problem reported together. */
import { parse } from 'yaml';
import { z } from 'zod';
import { ALERT_ACTIONS, DEFAULT_ALERT_POLICY, type AlertSubject } from '#core/alerts/policy.ts';
import { COMMAND_VERBS } from '#core/commands/command.ts';
import { parseIp, parseRange } from '#core/egress/ip-address.ts';
import { InvalidSpecError, messageOf } from '#core/errors.ts';

const verbs = z.enum(COMMAND_VERBS);

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

const cluster = z.strictObject({
  name: z.string().regex(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/, 'must be lower case letters, digits, - and .'),
  kubeconfig: z.string().optional(),
  context: z.string().optional(),
  /** What the team hands over: [] observes only. */
  controllers: controllers.default([]),
  /** Empty: all namespaces. */
  namespaces: z.array(z.string().min(1)).default([]),
  metrics: z.array(metricsRule).default([]),
});

const policyRule = z.strictObject({
  effect: z.enum(['allow', 'deny']),
  verbs: z.array(verbs).optional(),
  actors: z.array(z.string()).optional(),
  namespaces: z.array(z.string()).optional(),
  rollouts: z.array(z.string()).optional(),
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
});

const weirConfig = z.strictObject({
  clusters,
  policy: z.array(policyRule).default([]),
  egress: egress.prefault({}),
  alerts: alerts.prefault({}),
});

export type WeirConfig = z.infer<typeof weirConfig>;
export type ClusterConfig = WeirConfig['clusters'][number];

/**
 * @param file the name that messages show
 * @throws InvalidSpecError with one line per problem: where, what
 */
export function parseConfig(text: string, file: string): WeirConfig {
  const result = weirConfig.safeParse(parseYaml(text, file));
  if (result.success) return result.data;
  const problems = result.error.issues.map(({ path, message }) => `  ${pathText(path)}: ${message}`);
  throw new InvalidSpecError(`${file} has ${problems.length} problem(s):\n${problems.join('\n')}`);
}

function refuseNamesakes(named: readonly unknown[], context: z.core.$RefinementCtx): void {
  const names = named.map((value) => (value as { name?: unknown } | null)?.name);
  for (const [index, name] of names.entries()) {
    if (typeof name !== 'string' || names.indexOf(name) === index) continue;
    context.addIssue({ code: 'custom', path: [index, 'name'], message: `"${name}" is named twice` });
  }
}

function parseYaml(text: string, file: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    throw new InvalidSpecError(`${file} is not YAML: ${messageOf(error)}`, { cause: error });
  }
}

function pathText(path: readonly PropertyKey[]): string {
  const text = path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('');
  return text === '' ? '(top)' : text.replace(/^\./, '');
}

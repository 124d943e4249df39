/** Weir's own configuration: one YAML file, validated as a whole, every problem reported together. */
import { parse } from 'yaml';
import { z } from 'zod';
import { InvalidSpecError, messageOf } from '#core/errors.ts';

const verbs = z.enum(['promote', 'abort', 'retry', 'pause']);

/** Where a metric address as written in manifests is asked: a URL, or a Service through the API server's proxy. */
const metricsRule = z.union([
  z.strictObject({ match: z.string().min(1), url: z.url() }),
  z.strictObject({
    match: z.string().min(1),
    service: z.string().regex(/^[^/]+\/[^:/]+:[^:/]+$/, 'must be namespace/service:port'),
  }),
]);

const cluster = z.strictObject({
  name: z.string().regex(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/, 'must be lower case letters, digits, - and .'),
  kubeconfig: z.string().optional(),
  context: z.string().optional(),
  /** What the team hands over: [] observes only. */
  controllers: z.array(z.enum(['analysis', 'rollouts'])).default([]),
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

const egress = z.strictObject({
  /** Loopback targets that may be asked, `host:port`. */
  loopback: z.array(z.string()).default([]),
  /** Private ranges that may be asked, CIDR. */
  privateRanges: z.array(z.string()).default([]),
});

const weirConfig = z
  .strictObject({
    clusters: z.array(cluster).min(1, 'names no cluster'),
    policy: z.array(policyRule).default([]),
    egress: egress.default({ loopback: [], privateRanges: [] }),
  })
  .superRefine(({ clusters }, context) => {
    for (const [index, { name, controllers }] of clusters.entries()) {
      if (clusters.findIndex((other) => other.name === name) < index) {
        context.addIssue({ code: 'custom', path: ['clusters', index, 'name'], message: `"${name}" is named twice` });
      }
      if (controllers.includes('rollouts') && !controllers.includes('analysis')) {
        const message = 'rollouts needs analysis as well: write [analysis, rollouts]';
        context.addIssue({ code: 'custom', path: ['clusters', index, 'controllers'], message });
      }
    }
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

/** Is Argo's controller here, and does it run as this mode needs it? */
import { messageOf } from '#core/errors.ts';
import type { KubernetesObject } from '#core/resources/kubernetes.ts';
import type { ClusterConfig } from '#shared/config.ts';
import type { Cluster } from '#shared/ports.ts';
import { fail, ok, warn, type Finding } from './finding.ts';

interface Deployment extends KubernetesObject {
  readonly spec?: {
    readonly replicas?: number;
    readonly template?: {
      readonly spec?: { readonly containers?: readonly Container[] };
    };
  };
}

interface Container {
  readonly image?: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
}

const CHECK = 'Argo Rollouts';
/** Its image, whatever the registry; dashboards and plugins are named otherwise. */
const IMAGE = /(^|\/)argo-rollouts(:|@|$)/;

export async function checkArgoController(
  cluster: Pick<Cluster, 'list'>,
  { controllers, namespaces }: ClusterConfig,
  instanceId: string | undefined,
): Promise<readonly Finding[]> {
  const scopes = namespaces.length === 0 ? [{}] : [...namespaces, 'argo-rollouts'].map((namespace) => ({ namespace }));
  const query = { apiVersion: 'apps/v1', kind: 'Deployment' };
  const lists = await Promise.allSettled(scopes.map((scope) => cluster.list<Deployment>({ ...query, ...scope })));
  const found = lists.flatMap((list) => (list.status === 'fulfilled' ? list.value.items : [])).flatMap(controllerIn);
  const refused = lists.find((list) => list.status === 'rejected');
  if (found.length === 0 && refused?.status === 'rejected') {
    const says = `Deployments could not be listed: ${messageOf(refused.reason)}`;
    return [warn(CHECK, says, 'look whether Argo runs here: kubectl get deploy -A | grep argo-rollouts')];
  }
  const mine = found.filter(({ flags }) => (flags.get('instance-id') ?? '') === (instanceId ?? ''));
  const running = mine.filter(({ replicas }) => replicas > 0);
  if (running.length === 0) return [ofNone(controllers)];
  return running.map((controller) => ofRunning(controller, controllers));
}

interface ArgoController {
  readonly name: string;
  readonly replicas: number;
  readonly flags: ReadonlyMap<string, string>;
}

function controllerIn({ metadata, spec }: Deployment): ArgoController[] {
  const container = spec?.template?.spec?.containers?.find(({ image = '' }) => IMAGE.test(image));
  if (container === undefined) return [];
  const flags = flagsOf([...(container.command ?? []), ...(container.args ?? [])]);
  return [{ name: `${metadata.namespace}/${metadata.name}`, replicas: spec?.replicas ?? 1, flags }];
}

/** `--flag=value` and `--flag value`. */
function flagsOf(words: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    words.flatMap((word, index) => {
      const [, name, value] = /^--?([^=]+)(?:=(.*))?$/.exec(word) ?? [];
      return name === undefined ? [] : [[name, value ?? words[index + 1] ?? ''] as const];
    }),
  );
}

function ofNone(controllers: ClusterConfig['controllers']): Finding {
  if (controllers.includes('rollouts')) return ok(CHECK, 'does not run here: Weir moves the Rollouts');
  const fix = 'start it, or hand Rollouts over with --controllers analysis,rollouts';
  return warn(CHECK, 'does not run here: nobody moves the Rollouts', fix);
}

function ofRunning({ name, replicas, flags }: ArgoController, controllers: ClusterConfig['controllers']): Finding {
  const what = `Deployment ${name} runs (${replicas})`;
  if (controllers.includes('rollouts'))
    return fail(
      CHECK,
      what,
      `kubectl -n ${name.replace('/', ' scale deploy ')} --replicas 0, before weir run moves Rollouts`,
    );
  if (!controllers.includes('analysis')) return ok(CHECK, what);
  const threads = flags.get('analysis-threads');
  if (threads === '0') return ok(CHECK, `${what} with --analysis-threads 0: Weir executes AnalysisRuns`);
  return fail(CHECK, `${what} and executes AnalysisRuns itself`, 'add --analysis-threads 0 to its arguments');
}

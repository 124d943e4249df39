/** The one door for orders: read → authorize → apply by effect → patch under the resourceVersion just checked. */
import { applyCommand } from '#core/commands/apply.ts';
import type { Effect } from '#core/commands/effect.ts';
import { authorize, type PolicyRule } from '#core/commands/authorize.ts';
import type { Actor, Command, Verdict } from '#core/commands/command.ts';
import { ConflictError } from '#core/errors.ts';
import { ARGO_API_VERSION, type Rollout } from '#core/resources/argo.ts';
import { refOf } from '#core/resources/kubernetes.ts';
import type { Cluster, Ports } from '../ports.ts';
import { siteOf } from './site.ts';

/** Someone else writes between our read and our patch at most this often, then the queue tries again. */
const ATTEMPTS = 5;

/**
 * @returns what became of it; asking again for what has come true is `applied`
 * @throws TransientError, DeniedError of the cluster; ConflictError after five lost races
 */
export async function executeCommand(
  command: Command,
  actor: Actor,
  ports: Ports,
  policy: readonly PolicyRule[] = [],
): Promise<Verdict> {
  const { cluster } = siteOf(command.rollout, ports);
  for (let attempt = 1; ; attempt++) {
    try {
      return await attemptOnce(command, actor, cluster, ports, policy);
    } catch (error) {
      if (!(error instanceof ConflictError) || attempt === ATTEMPTS) throw error;
    }
  }
}

async function attemptOnce(
  command: Command,
  actor: Actor,
  cluster: Cluster,
  ports: Ports,
  policy: readonly PolicyRule[],
): Promise<Verdict> {
  const { namespace, name } = command.rollout;
  const rollout = await cluster.get<Rollout>({ apiVersion: ARGO_API_VERSION, kind: 'Rollout', namespace, name });
  if (rollout === undefined) return { state: 'stale', says: `Rollout ${namespace}/${name} does not exist any more` };
  const permission = authorize(actor, command, rollout, policy);
  if (!permission.allowed) return { state: 'refused', says: permission.because };
  const effect = applyCommand(command, rollout);
  if (effect.state !== 'change') return effect;
  await write(effect, rollout, cluster);
  await ports.queue.add({ cluster: cluster.name, kind: 'Rollout', namespace, name }, ports.clock.now());
  return { state: 'applied', says: effect.says };
}

/** The status first, as the kubectl plugin does: a lost second write leaves what a repetition of the command completes. */
async function write(effect: Extract<Effect, { state: 'change' }>, rollout: Rollout, cluster: Cluster): Promise<void> {
  const written = effect.status === undefined ? rollout : await cluster.patchStatus(rollout, effect.status);
  if (effect.spec === undefined) return;
  await cluster.patch(
    refOf(rollout),
    { spec: { paused: effect.spec.paused ?? false } },
    written.metadata.resourceVersion,
  );
}

/** The one door for orders: read → authorize → apply by effect → patch under the resourceVersion just checked. */
import { rollbackStanding } from '#core/alerts/bake.ts';
import { applyCommand } from '#core/commands/apply.ts';
import type { Change, Effect } from '#core/commands/effect.ts';
import { authorize } from '#core/commands/authorize.ts';
import type { Actor, Command, Verdict } from '#core/commands/command.ts';
import { NO_POLICY, type Policy } from '#core/commands/policy.ts';
import { NOTHING_BESIDE, readsFor, type Beside } from '#core/commands/reads.ts';
import { shownBy } from '#core/commands/shown.ts';
import { applyToTarget } from '#core/commands/target.ts';
import { ConflictError } from '#core/errors.ts';
import { ARGO_API_VERSION, type Rollout } from '#core/resources/argo.ts';
import { refOf, type KubernetesObject, type ReplicaSet } from '#core/resources/kubernetes.ts';
import type { Cluster, Ports } from '../ports.ts';
import { countApproval } from './approvals.ts';
import { executeFreeze, withOrderedFreezes } from './freezes.ts';
import { selectorText } from './rollout-reads.ts';
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
  policy: Policy = NO_POLICY,
): Promise<Verdict> {
  if (command.verb === 'freeze' || command.verb === 'unfreeze') return executeFreeze(command, actor, ports, policy);
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
  policy: Policy,
): Promise<Verdict> {
  const { kind, name } = command.target ?? { kind: 'Rollout' as const, name: command.rollout.name };
  const { namespace } = command.rollout;
  const object = await cluster.get({ apiVersion: ARGO_API_VERSION, kind, namespace, name });
  if (object === undefined) return { state: 'stale', says: `${kind} ${namespace}/${name} does not exist any more` };
  const effect = { before: shownBy(object) };
  const verdict = await judged(command, actor, object, ports, policy);
  if (verdict.state !== 'change') return { ...verdict, effect: { ...effect, ...verdict.effect } };
  const after = await write(verdict, object, cluster);
  await ports.queue.add({ cluster: cluster.name, kind, namespace, name }, ports.clock.now());
  return { state: 'applied', says: verdict.says, effect: { ...effect, after: shownBy(after), ...verdict.effect } };
}

/** What it would change, where everything that must be asked has been asked. */
async function judged(
  command: Command,
  actor: Actor,
  object: KubernetesObject,
  ports: Ports,
  policy: Policy,
): Promise<Effect & Pick<Verdict, 'effect'>> {
  const goesBack = command.target === undefined && rollbackStanding(object as Rollout) === 'promote';
  const rules = await withOrderedFreezes(policy, command, ports);
  const permission = authorize(actor, command, goesBack ? { ...rules, freezes: [] } : rules, ports.clock.now());
  if (!permission.allowed) return { state: 'refused', says: permission.because };
  const effect = await effectOf(command, object, siteOf(command.rollout, ports).cluster);
  // A rollback was decided when it was ordered: its promotion waits for nobody.
  if (effect.state !== 'change' || goesBack) return effect;
  return approved(effect, command, actor, object as Rollout, ports, policy);
}

async function approved(
  change: Change,
  command: Command,
  actor: Actor,
  rollout: Rollout,
  ports: Ports,
  policy: Policy,
): Promise<Effect & Pick<Verdict, 'effect'>> {
  const counted = await countApproval(command, actor, rollout, ports, policy);
  if (counted === undefined) return change;
  return counted.missing ?? { ...change, effect: counted.effect };
}

async function effectOf(command: Command, object: KubernetesObject, cluster: Cluster): Promise<Effect> {
  if (command.target !== undefined) return applyToTarget(command, object);
  const rollout = object as Rollout;
  return applyCommand(command, rollout, await readBeside(command, rollout, cluster));
}

async function readBeside(command: Command, rollout: Rollout, cluster: Cluster): Promise<Beside> {
  const reads = readsFor(command, rollout);
  const { namespace } = rollout.metadata;
  const kind = { apiVersion: 'apps/v1', kind: 'ReplicaSet', namespace };
  const [sets, workload] = await Promise.all([
    reads.replicaSets ? cluster.list<ReplicaSet>({ ...kind, ...selectorText(rollout) }) : undefined,
    reads.workload === undefined ? undefined : cluster.get(reads.workload),
  ]);
  return { ...NOTHING_BESIDE, replicaSets: sets?.items ?? [], workload };
}

/** The status first, as the kubectl plugin does: a lost second write leaves what a repetition of the command completes. */
async function write(
  { status, spec, other }: Change,
  object: KubernetesObject,
  cluster: Cluster,
): Promise<KubernetesObject> {
  let written = status === undefined ? object : await cluster.patchStatus(object, status);
  if (spec !== undefined) written = await cluster.patch(refOf(object), { spec }, written.metadata.resourceVersion);
  if (other === undefined) return written;
  const changed = await cluster.patch(refOf(other.object), other.patch, other.object.metadata.resourceVersion);
  return other.object.kind === object.kind ? changed : written;
}

/** After promotion: back to the version that a release replaced, or, where Git rules, word to those who change Git. */
import { revisionBefore, ROLL_BACK_TO_ANNOTATION } from '#core/alerts/bake.ts';
import { isManagedByArgoCd } from '#core/alerts/self-heal.ts';
import { bindTo, type Actor, type Command, type Verdict } from '#core/commands/command.ts';
import { applied, refused } from '#core/commands/effect.ts';
import type { Policy } from '#core/commands/policy.ts';
import type { ReleaseSummary } from '#core/history/record.ts';
import type { Rollout } from '#core/resources/argo.ts';
import { isControlledBy, refOf, type ReplicaSet } from '#core/resources/kubernetes.ts';
import { formatTimestamp, SECOND } from '#core/time.ts';
import type { ObjectKey, Ports, RollbackRules } from '../ports.ts';
import { executeCommand } from './command.ts';
import { selectorText } from './rollout-reads.ts';
import { siteOf } from './site.ts';

export const UNDO_UNLESS_MANAGED: RollbackRules = { selfHeals: true };

export interface RollbackCause {
  /** `alert Errors`, `bake analysis NAME`. */
  readonly what: string;
  readonly rollout: Rollout;
  readonly key: ObjectKey;
  readonly because: string;
  readonly actor: Actor;
}

/** @throws TransientError of the cluster or the team's hook; done again it comes to the same */
export async function rollBack(
  cause: RollbackCause,
  ports: Ports,
  policy: Policy,
  rules: RollbackRules,
): Promise<Verdict> {
  const release = (await ports.history.latest(cause.key))?.release;
  if (release === undefined) return refused('told: no release is known that could be taken back');
  const revision = revisionBefore(release, await ownedSets(cause, ports));
  if (rules.selfHeals && isManagedByArgoCd(cause.rollout)) return askForRevert(cause, release, revision, ports, rules);
  if (revision === undefined) return refused(`told: the version before (${release.stableHash}) is not kept any more`);
  return undo(cause, release, revision, ports, policy);
}

async function ownedSets({ rollout, key }: RollbackCause, ports: Ports): Promise<readonly ReplicaSet[]> {
  const { cluster } = siteOf(key, ports);
  const kind = { apiVersion: 'apps/v1', kind: 'ReplicaSet', namespace: key.namespace };
  const { items } = await cluster.list<ReplicaSet>({ ...kind, ...selectorText(rollout) });
  return items.filter((set) => isControlledBy(set, rollout));
}

async function undo(
  { what, rollout, key, because, actor }: RollbackCause,
  release: ReleaseSummary,
  toRevision: number,
  ports: Ports,
  policy: Policy,
): Promise<Verdict> {
  const { cluster, namespace, name } = key;
  const reason = `${what}: ${because}`;
  const binding = bindTo(rollout);
  const command: Command = { verb: 'undo', rollout: { cluster, namespace, name }, binding, toRevision, reason };
  const verdict = await executeCommand(command, actor, ports, policy);
  if (verdict.state !== 'applied') return verdict;
  // The version that was good goes out at once, not by its steps: overdue() promotes it when it is being released.
  const annotations = { [ROLL_BACK_TO_ANNOTATION]: release.stableHash ?? '' };
  await siteOf(key, ports).cluster.patch(refOf(rollout), { metadata: { annotations } });
  const after = Math.round((ports.clock.now() - (release.finishedAt ?? ports.clock.now())) / SECOND);
  const says = `rolled back to revision ${toRevision} (${release.stableHash}) ${after} s after promotion (${because})`;
  return { ...verdict, says };
}

async function askForRevert(
  { key, because, what }: RollbackCause,
  release: ReleaseSummary,
  revision: number | undefined,
  ports: Ports,
  { request }: RollbackRules,
): Promise<Verdict> {
  await request?.({
    type: 'rollback-requested',
    at: formatTimestamp(ports.clock.now()),
    cluster: key.cluster,
    namespace: key.namespace,
    rollout: key.name,
    from: { revision: release.revision, podHash: release.podHash },
    to: { ...(revision !== undefined && { revision }), podHash: release.stableHash ?? '' },
    because: `${what}: ${because}`,
  });
  const asked = request === undefined ? 'revert it there' : 'the revert is asked for';
  return applied(`told: Argo CD keeps it as Git has it, and would take an undo back; ${asked} (${because})`);
}

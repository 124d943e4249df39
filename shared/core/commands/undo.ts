/** Undo: the template of an earlier revision becomes the Rollout's again. engine §18, §5.3. */
import type { Rollout } from '../resources/argo.ts';
import { EPHEMERAL_METADATA, POD_TEMPLATE_HASH, REVISION_HISTORY } from '../resources/keys.ts';
import type { PodTemplate, ReplicaSet } from '../resources/kubernetes.ts';
import { withoutInjectedAntiAffinity } from '../rollout/anti-affinity.ts';
import { parseEphemeralMetadata, withoutMetadata } from '../rollout/injected-metadata.ts';
import { revisionOf } from '../rollout/replica-sets.ts';
import { templateMatches } from '../rollout/template-equality.ts';
import type { Command, Verdict } from './command.ts';
import { applied, refused, type Effect } from './effect.ts';
import { editedSince, placeOfTemplate, withTemplate } from './pod-template.ts';
import { ownedSets, type Beside } from './reads.ts';

export function applyUndo(command: Command, rollout: Rollout, beside: Beside): Effect {
  const place = placeOfTemplate(rollout, beside);
  if ('state' in place) return place;
  const revisions = revisionsAsOf(ownedSets(beside, rollout), command.binding.revision);
  const target = targetOf(command, revisions, place.template);
  if ('state' in target) return target;
  const { revision, replicaSet } = target;
  if (templateMatches(replicaSet, place.template))
    return applied(`the pod template is that of revision ${revision} already`);
  const edited = editedSince(command.binding, rollout, place);
  if (edited !== undefined) return edited;
  return withTemplate(place, ownTemplate(replicaSet), `rolled back to revision ${revision}; its release begins`);
}

interface Revision {
  readonly revision: number;
  readonly replicaSet: ReplicaSet;
}

/**
 * Each ReplicaSet with the revision it had when the order was given, newest first. Going back gives an old ReplicaSet a
 * new number: counted as of then, a repetition of the order means the same ReplicaSet and does not go forth again.
 */
function revisionsAsOf(replicaSets: readonly ReplicaSet[], newest = Number.POSITIVE_INFINITY): readonly Revision[] {
  return replicaSets
    .flatMap((replicaSet) => {
      const known = numbersOf(replicaSet).filter((revision) => revision <= newest);
      return known.length === 0 ? [] : [{ revision: Math.max(...known), replicaSet }];
    })
    .toSorted((a, b) => b.revision - a.revision);
}

function numbersOf(replicaSet: ReplicaSet): readonly number[] {
  const former = (replicaSet.metadata.annotations?.[REVISION_HISTORY] ?? '').split(',').filter((text) => text !== '');
  const own = revisionOf(replicaSet);
  return [...(own === undefined ? [] : [own]), ...former.map(Number).filter(Number.isInteger)];
}

function targetOf(
  { toRevision = 0 }: Command,
  revisions: readonly Revision[],
  template: PodTemplate,
): Revision | Verdict {
  const known = revisions.map(({ revision }) => revision).join(', ') || 'none';
  if (toRevision === 0)
    return previousOf(revisions, template) ?? refused(`no earlier revision to go back to; there are: ${known}`);
  const found = revisions.find(({ revision }) => revision === toRevision);
  return found ?? refused(`no revision ${toRevision} to go back to; there are: ${known}`);
}

/** The one before the newest; the newest itself while the template has no ReplicaSet yet (deviation `undo-of-the-unborn`). */
function previousOf(revisions: readonly Revision[], template: PodTemplate): Revision | undefined {
  const isBorn = revisions.some(({ replicaSet }) => templateMatches(replicaSet, template));
  return revisions[isBorn ? 1 : 0];
}

/** Without what the engine has put in: with it, the template would be a new version, not the old one. */
function ownTemplate(replicaSet: ReplicaSet): PodTemplate {
  const injected = parseEphemeralMetadata(replicaSet.metadata.annotations?.[EPHEMERAL_METADATA]);
  const bare = withoutInjectedAntiAffinity(withoutMetadata(replicaSet.spec?.template ?? {}, injected));
  const { [POD_TEMPLATE_HASH]: _hash, ...labels } = bare.metadata?.labels ?? {};
  return { ...bare, metadata: { ...bare.metadata, labels } };
}

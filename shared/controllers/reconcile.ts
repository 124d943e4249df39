/**
 * One pass over one object, the same for every controller:
 * observe (reads) → decide (pure) → act → save status → record → publish → wake. The only place where that order is written.
 */
import type { Decision } from '#core/decision.ts';
import type { LatestRecord } from '#core/history/record.ts';
import type { KubernetesObject } from '#core/resources/kubernetes.ts';
import type { Instant } from '#core/time.ts';
import type { Claim, ObjectKey, Ports, Site } from '../ports.ts';
import { act } from './act.ts';
import { emitEvents } from './events.ts';
import { nextLook } from './next-look.ts';
import { recordChanges, type Comparison } from './record.ts';
import { siteOf } from './site.ts';

/** What differs between kinds. */
export interface Controller<Snapshot, Status extends object> {
  readonly kind: ObjectKey['kind'];
  /** Does Weir decide on this kind in this cluster? Otherwise it only records what others decide. */
  decidesIn(site: Site): boolean;
  /** All reads of the pass; undefined when the object is gone. */
  observe(request: ObjectKey, site: Site, ports: Ports, last: LatestRecord | undefined): Promise<Snapshot | undefined>;
  objectOf(snapshot: Snapshot): KubernetesObject;
  decide(snapshot: Snapshot): Decision<Status>;
  readonly compare: Comparison;
  /** Other objects that must look at once, because this one changed so. */
  wakes(
    decision: Decision<Status>,
    before: KubernetesObject,
    saved: KubernetesObject,
    request: ObjectKey,
  ): readonly ObjectKey[];
  /** The engine is multi-pass: does what this pass did lead to a next one? */
  continues(decision: Decision<Status>, saved: KubernetesObject): boolean;
  /** Does the object wait for something of the cluster that no timer tells (pods, Services, the phase of a run)? */
  waits(saved: KubernetesObject): boolean;
}

/** @returns when to look again; undefined: only when something changes */
export async function reconcile<Snapshot, Status extends object>(
  controller: Controller<Snapshot, Status>,
  claim: Claim,
  ports: Ports,
): Promise<Instant | undefined> {
  const { request } = claim;
  const site = siteOf(request, ports);
  // Before the object is read: a worker that freezes in between must not record an older state over a newer one.
  const last = await ports.history.latest(request);
  const snapshot = await controller.observe(request, site, ports, last);
  if (snapshot === undefined) {
    await recordChanges(controller.compare, claim, last, undefined, ports);
    return undefined;
  }
  const before = controller.objectOf(snapshot);
  const decision = controller.decidesIn(site) ? controller.decide(snapshot) : { actions: [], events: [] };
  const acted = await act(decision.actions, before, site.cluster);
  const saved = decision.status === undefined ? acted : await site.cluster.patchStatus(acted, decision.status);
  const changedAt = await recordChanges(controller.compare, claim, last, saved, ports);
  await emitEvents(decision.events, saved, site.cluster, ports);
  for (const other of controller.wakes(decision, before, saved, request))
    await ports.queue.add(other, ports.clock.now());
  return nextLook({
    now: ports.clock.now(),
    continues: controller.continues(decision, saved),
    waits: controller.waits(saved),
    changedAt,
    requeueAfter: decision.requeueAfter,
  });
}

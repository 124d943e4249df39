/**
 * One pass over one object, the same for every controller:
 * observe (reads) → decide (pure) → act → save status → record → publish → wake. The only place where that order is written.
 */
import type { Decision } from '#core/decision.ts';
import type { LatestRecord } from '#core/history/record.ts';
import type { KubernetesObject } from '#core/resources/kubernetes.ts';
import { earliest, SECOND, type Instant } from '#core/time.ts';
import type { Claim, ObjectKey, Ports, Site } from '../ports.ts';
import { act, RefusedCreateError } from './act.ts';
import { emitEvents } from './events.ts';
import { requireFresh, requireHeld } from './fresh-read.ts';
import { nextLook } from './next-look.ts';
import { recordChanges, type Change, type Comparison } from './record.ts';
import { siteOf } from './site.ts';

/** How soon to try again what the API server refused to create. */
const AFTER_REFUSAL = 10 * SECOND;

/** What a pass read; nothing outside of it may sway the decision. */
export interface Seen {
  readonly now: Instant;
}

/** What differs between kinds. */
export interface Controller<Snapshot extends Seen, Status extends object> {
  readonly kind: ObjectKey['kind'];
  /** Does Weir decide on this kind in this cluster? Otherwise it only records what others decide. */
  decidesIn(site: Site): boolean;
  /** All reads of the pass; undefined when the object is gone. */
  observe(request: ObjectKey, site: Site, ports: Ports, last: LatestRecord | undefined): Promise<Snapshot | undefined>;
  objectOf(snapshot: Snapshot): KubernetesObject;
  decide(snapshot: Snapshot): Decision<Status>;
  /** What to say on the object when the API server refused to create what it needs; undefined: nothing. */
  refused?(snapshot: Snapshot, error: RefusedCreateError): Decision<Status> | undefined;
  /** What changed between the last record and the object as saved. @param snapshot undefined: the object is gone */
  compare(
    last: LatestRecord | undefined,
    saved: KubernetesObject | undefined,
    request: ObjectKey,
    now: Instant,
    snapshot: Snapshot | undefined,
  ): Change | undefined;
  /** Other objects that must look at once, because this one changed so. */
  wakes(
    decision: Decision<Status>,
    before: KubernetesObject,
    saved: KubernetesObject,
    request: ObjectKey,
    last: LatestRecord | undefined,
  ): readonly ObjectKey[];
  /** Other objects that must look at once, because this one is gone. */
  leaves?(last: LatestRecord | undefined, request: ObjectKey): readonly ObjectKey[];
  /** The engine is multi-pass: does what this pass did lead to a next one? */
  continues(decision: Decision<Status>, saved: KubernetesObject): boolean;
  /** What is due by itself, whoever decides on the object. @returns when to look for it again */
  overdue?(saved: KubernetesObject, request: ObjectKey, ports: Ports): Promise<Instant | undefined>;
  /** Does the object wait for something of the cluster that no timer tells (pods, Services, the phase of a run)? */
  waits(saved: KubernetesObject): boolean;
}

/** @returns when to look again; undefined: only when something changes */
export async function reconcile<Snapshot extends Seen, Status extends object>(
  controller: Controller<Snapshot, Status>,
  claim: Claim,
  ports: Ports,
): Promise<Instant | undefined> {
  const { request } = claim;
  const site = siteOf(request, ports);
  // Before the object is read: a worker that freezes in between must not record an older state over a newer one.
  const last = await ports.history.latest(request);
  const snapshot = await controller.observe(request, site, ports, last);
  const compare: Comparison = (...compared) => controller.compare(...compared, snapshot);
  if (snapshot === undefined) {
    await recordChanges(compare, claim, last, undefined, ports);
    await wake(controller.leaves?.(last, request) ?? [], ports);
    return undefined;
  }
  const before = controller.objectOf(snapshot);
  requireFresh(last, before, ports.clock.now());
  requireHeld(claim, ports.clock.now());
  const decided = controller.decidesIn(site) ? controller.decide(snapshot) : { actions: [], events: [] };
  const { decision, acted, refused } = await actOrTell(controller, snapshot, decided, before, site, ports);
  const saved = decision.status === undefined ? acted : await site.cluster.patchStatus(acted, decision.status);
  const changedAt = await recordChanges(compare, claim, last, saved, ports);
  // A refusal that is told already is not told at each look.
  const isNews = !refused || saved.metadata.resourceVersion !== before.metadata.resourceVersion;
  if (isNews) await emitEvents(decision.events, saved, site.cluster, ports);
  await wake(controller.wakes(decision, before, saved, request, last), ports);
  if (refused) return ports.clock.now() + AFTER_REFUSAL;
  const due = await controller.overdue?.(saved, request, ports);
  const next = nextLook({
    now: ports.clock.now(),
    decidedAt: snapshot.now,
    continues: controller.continues(decision, saved),
    waits: controller.waits(saved),
    changedAt,
    requeueAfter: decision.requeueAfter,
  });
  return earliest(next, due);
}

async function wake(others: readonly ObjectKey[], ports: Ports): Promise<void> {
  for (const other of others) await ports.queue.add(other, ports.clock.now());
}

/** What the API server refuses to create is told in the status; nothing else of the decision is done then. */
async function actOrTell<Snapshot extends Seen, Status extends object>(
  controller: Controller<Snapshot, Status>,
  snapshot: Snapshot,
  decision: Decision<Status>,
  before: KubernetesObject,
  site: Site,
  { log }: Pick<Ports, 'log'>,
): Promise<{ decision: Decision<Status>; acted: KubernetesObject; refused: boolean }> {
  try {
    return { decision, acted: await act(decision.actions, before, site.cluster, log), refused: false };
  } catch (error) {
    const told = error instanceof RefusedCreateError ? controller.refused?.(snapshot, error) : undefined;
    if (told === undefined) throw error;
    return { decision: told, acted: before, refused: true };
  }
}

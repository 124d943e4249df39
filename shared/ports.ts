/** All that Weir asks of the world, as types. Adapters implement them; only main.ts, aws.ts and infra/local choose. */
import type { MeasurementTask, Reading } from './core/analysis/reading.ts';
import type { OrderEffect } from './core/commands/command.ts';
import type { LatestRecord, NewRecord, RecordedTransition, ReleaseSummary, Transition } from './core/history/record.ts';
import type { JsonObject } from './core/json.ts';
import type { KubernetesObject, NewObject, ObjectRef } from './core/resources/kubernetes.ts';
import type { Instant, Millis } from './core/time.ts';
import type { LentKind } from './core/rollout/left-behind.ts';
import type { SeenLoadBalancer } from './core/traffic-routing/load-balancers.ts';

export interface Clock {
  now(): Instant;
}

/** An object that Weir reconciles. */
export interface ObjectKey {
  readonly cluster: string;
  readonly kind: 'Rollout' | 'AnalysisRun' | 'Experiment' | LentKind;
  readonly namespace: string;
  readonly name: string;
}

// --- work queue (design: tickets over SQS) -------------------------------------------------------------------------

/** What travels through SQS: which object, and the ticket number it was sent for. */
export interface WorkMessage {
  readonly request: ObjectKey;
  readonly seq: number;
}

/** The right to work on one object until `heldUntil`. `seq` is the fence of every history write of this pass. */
export interface Claim {
  readonly request: ObjectKey;
  readonly seq: number;
  readonly heldUntil: Instant;
  /** How often the work on this object has been taken over or has failed since it last succeeded. */
  readonly failures: number;
  /** How many passes in a row were put off, since something outside did not answer. */
  readonly putOffs: number;
}

export type ClaimResult =
  | { readonly state: 'claimed'; readonly claim: Claim }
  /** Not due yet; the message was sent again with the remaining delay: acknowledge this one. */
  | { readonly state: 'early' }
  /** Another worker holds it with this very message: do not acknowledge. */
  | { readonly state: 'held' }
  /** Overtaken by a newer message: acknowledge and drop. */
  | { readonly state: 'stale' };

export interface WorkQueue {
  /** Ask for a pass at an instant (now or earlier: at once). The earliest of several requests wins. */
  add(request: ObjectKey, at: Instant): Promise<void>;
  claim(message: WorkMessage): Promise<ClaimResult>;
  /** Give the object back and ask for the next look; without `next` it rests until something changes. */
  release(claim: Claim, next?: Instant): Promise<void>;
  /** Something outside did not answer: give the object back until then. The next claim knows how often in a row. */
  putOff(claim: Claim, until: Instant): Promise<void>;
  /** Unknown error: the message must be redelivered (do not acknowledge); its redelivery takes the hold over. */
  fail(claim: Claim): Promise<void>;
  /** Send again what was lost; called each tick. @returns how many tickets were sent. */
  rescue(): Promise<number>;
  /** Free a parked ticket (5 failures) and ask for a pass at once. */
  redrive(request: ObjectKey): Promise<void>;
  /** Tickets parked after 5 failures. */
  parked(): Promise<readonly ObjectKey[]>;
}

/** The transport under the queue: SQS, or the in-process one. Delays are at most 900 s; at least once, any order. */
export interface WorkSender {
  send(message: WorkMessage, delay: Millis): Promise<void>;
}

/** Messages that were given up after their last delivery: work, orders and announcements. */
export interface DeadLetters {
  /** Deliver them again. @returns how many */
  redrive(): Promise<number>;
}

// --- clusters ------------------------------------------------------------------------------------------------------

export interface ListQuery {
  readonly apiVersion: string;
  readonly kind: string;
  /** Absent: all namespaces. */
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
}

export interface ObjectList<T extends KubernetesObject = KubernetesObject> {
  readonly items: readonly T[];
  /** Opaque; where a watch may start. */
  readonly resourceVersion: string;
}

export type WatchEvent =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly object: KubernetesObject }
  | { readonly type: 'BOOKMARK'; readonly resourceVersion: string }
  /** The place is lost (410, ERROR event): list again. */
  | { readonly type: 'EXPIRED'; readonly message: string };

export interface WatchQuery extends ListQuery {
  readonly resourceVersion: string;
  /** The server ends the stream after this. */
  readonly timeout: Millis;
  readonly signal?: AbortSignal;
}

/**
 * One Kubernetes cluster. Errors: ConflictError (409), TransientError (429, 5xx, no answer), DeniedError (401, 403, with
 * the verb that is missing), InvalidSpecError (400, 422); a missing object is `undefined`, never an error, except in
 * patch (ConflictError: look again).
 */
export interface Cluster {
  readonly name: string;
  get<T extends KubernetesObject>(ref: ObjectRef): Promise<T | undefined>;
  /** All pages. */
  list<T extends KubernetesObject>(query: ListQuery): Promise<ObjectList<T>>;
  watch(query: WatchQuery): AsyncIterable<WatchEvent>;
  /**
   * An Eviction (policy/v1) is sent to the subresource of its pod, and comes back as it was sent.
   * @throws ConflictError when the name is taken; of an Eviction, when the pod is gone or a budget does not let it go now
   */
  create<T extends KubernetesObject>(object: NewObject<T>): Promise<T>;
  /** JSON merge patch of the object itself; guarded by resourceVersion where given. Never touches a status subresource. */
  patch<T extends KubernetesObject>(ref: ObjectRef, patch: JsonObject, resourceVersion?: string): Promise<T>;
  /**
   * The difference between the object's status and the new one as a merge patch, guarded by the object's resourceVersion
   * unless `guarded` is false. Hides that Rollout has a status subresource and AnalysisRun and Experiment have none.
   */
  patchStatus<T extends KubernetesObject>(object: T, status: object, options?: { guarded?: boolean }): Promise<T>;
  /** Missing already is success. */
  delete(ref: ObjectRef, options?: { uid?: string }): Promise<void>;
}

// --- metrics -------------------------------------------------------------------------------------------------------

/** One metric system. `read` never throws for what the system answers: that is a Reading of kind error. */
export interface MetricProvider {
  readonly type: string;
  read(task: MeasurementTask, signal: AbortSignal): Promise<Reading>;
  /** Metadata of the metric result, set once (the resolved query). */
  metadata?(task: MeasurementTask): Readonly<Record<string, string>>;
  /** Called before measurements beyond the limit are dropped. */
  cleanUp?(task: MeasurementTask, limit: number): Promise<void>;
}

// --- history -------------------------------------------------------------------------------------------------------

/** The record protocol: record → file → publish → told; a crash anywhere repeats idempotently. */
export interface RunHistory {
  latest(key: ObjectKey): Promise<LatestRecord | undefined>;
  /**
   * One conditional put: version n → n+1, only if the stored version is `record.expectedVersion` (0: none yet) and the
   * stored fence is not above `record.fence`. The transitions are pending until told.
   */
  record(key: ObjectKey, record: NewRecord): Promise<'recorded' | 'conflict'>;
  /** Copy the pending transitions (and the release's summary) to items of their own. Idempotent. */
  file(key: ObjectKey, latest: LatestRecord): Promise<void>;
  /** The bus has accepted the pending transitions of this version: clear them, if it still is the version. */
  told(key: ObjectKey, version: number): Promise<void>;
  /** Consistent: shows every summary that was filed. */
  release(id: string): Promise<ReleaseSummary | undefined>;
  /** Releases of a rollout, newest first. May lag behind writes, as `releasesOfDay` may. */
  releases(rollout: Omit<ObjectKey, 'kind'>, limit?: number): Promise<readonly ReleaseSummary[]>;
  /** Releases that started on a day (`2026-11-24`, UTC), newest first. */
  releasesOfDay(day: string): Promise<readonly ReleaseSummary[]>;
  /** All transitions of a release, in order. */
  transitions(release: string): Promise<readonly RecordedTransition[]>;
}

/** A place to continue from (a watch's resourceVersion), written only where it still is what was read. */
export interface CursorStore {
  get(name: string): Promise<string | undefined>;
  /** @returns false when another writer was first */
  set(name: string, value: string, expected: string | undefined): Promise<boolean>;
}

// --- orders --------------------------------------------------------------------------------------------------------

/** A stored command. `id` makes a delivery idempotent. `command` and `actor` are plain data (core/commands). */
export interface StoredOrder {
  readonly id: string;
  readonly receivedAt: Instant;
  /** Who asked, as one stable text: `slack:T1/U2`, `cli:ana`, `alertmanager:<fingerprint>`. */
  readonly person: string;
  readonly rollout: Omit<ObjectKey, 'kind'>;
  readonly order: JsonObject;
  readonly state: 'accepted' | 'applied' | 'refused' | 'stale';
  /** What was done, or why not, as the asker is told. */
  readonly verdict?: string;
  readonly finishedAt?: Instant;
  /** What the object showed before and after. */
  readonly effect?: OrderEffect;
}

/** What `finish` sets; everything else of an order never changes. */
export type OrderOutcome = Pick<StoredOrder, 'state' | 'verdict' | 'finishedAt' | 'effect'>;

/** One link of a chain of orders: what an order was when it was accepted or finished, and which entry came before. */
export interface ChainEntry {
  readonly chain: string;
  /** From 1, without gaps. */
  readonly seq: number;
  readonly order: string;
  readonly what: 'accepted' | 'finished';
  /** Of the order: both are kept as long. */
  readonly receivedAt: Instant;
  /** SHA-256 of the order as it was then, hex. */
  readonly digest: string;
  /** The entry before; of the first an empty hash. */
  readonly before: { readonly hash: string; readonly receivedAt: Instant };
  /** SHA-256 of all of the above, hex. */
  readonly hash: string;
}

export interface OrderStore {
  /** Durable when it returns. @returns 'duplicate' when the id is known already; nothing is changed then. */
  accept(order: StoredOrder): Promise<'accepted' | 'duplicate'>;
  get(id: string): Promise<StoredOrder | undefined>;
  /** Only from accepted; a second finish changes nothing. */
  finish(id: string, outcome: OrderOutcome): Promise<void>;
  /** Received in [from, to) and not finished, as far as is known: may lag behind writes. */
  open(from: Instant, to: Instant): Promise<readonly StoredOrder[]>;
  /**
   * Received since then and not finished, the oldest first, up to `MOST` of core/commands/overload.ts. Cheap enough to be
   * asked each second: where few wait, it may be but some of them, and it may lag behind writes.
   */
  backlog(since: Instant): Promise<readonly StoredOrder[]>;
  /** Its entries, the first one first: `cluster/namespace/name`, or a person for orders that are for no one rollout. */
  chain(name: string): Promise<readonly ChainEntry[]>;
  ofPerson(person: string, limit?: number): Promise<readonly StoredOrder[]>;
  ofRollout(rollout: Omit<ObjectKey, 'kind'>, limit?: number): Promise<readonly StoredOrder[]>;
}

/** Sends the id of a stored order to the function that applies it. At least once. */
export interface OrderSender {
  /** @param lane lanes take turns: a long one does not hold up the others */
  send(orderId: string, lane?: string): Promise<void>;
}

/** What a team's own automation is told, to revert in Git. */
export interface RollbackRequest {
  readonly type: 'rollback-requested';
  readonly at: string;
  readonly cluster: string;
  readonly namespace: string;
  readonly rollout: string;
  readonly from: { readonly revision: number; readonly podHash: string };
  readonly to: { readonly revision?: number; readonly podHash: string };
  readonly because: string;
}

export interface RollbackRules {
  /** Does Argo CD undo what Git does not say? Then an undo in the cluster is no rollback. */
  readonly selfHeals: boolean;
  /** @throws TransientError: it is tried again */
  readonly request?: (request: RollbackRequest) => Promise<void>;
}

// --- events --------------------------------------------------------------------------------------------------------

/** What goes on the bus (EventBridge): one per transition. */
export interface ReleaseEvent {
  readonly id: string;
  readonly key: ObjectKey;
  readonly releaseId: string | undefined;
  readonly release: ReleaseSummary | undefined;
  readonly transition: Transition;
}

export interface EventBus {
  publish(events: readonly ReleaseEvent[]): Promise<void>;
}

/** Where people are told: the terminal, Slack. */
export interface Announcer {
  announce(event: ReleaseEvent): Promise<void>;
  /** Of an event that is told already, for those who edit what they have told: bring that up to date. */
  refresh?(event: ReleaseEvent): Promise<void>;
}

// --- everything together -------------------------------------------------------------------------------------------

/** A constant message with fields; the same keys everywhere. A user's mistake is info, `error` wakes a maintainer. */
export interface Log {
  debug(message: string, fields?: Record<string, unknown>): void;
  info(message: string, fields?: Record<string, unknown>): void;
  warn(message: string, fields?: Record<string, unknown>): void;
  error(message: string, fields?: Record<string, unknown>): void;
}

/** Finds the provider that a metric names. @throws InvalidSpecError for one that Weir does not know */
export interface MetricProviders {
  for(metric: MeasurementTask['metric']): Promise<MetricProvider>;
}

/** What the team hands to Weir in a cluster (design: modes). Empty: observe only. */
export type ControllerName = 'analysis' | 'rollouts';

/** The load balancers in front of a cluster. @throws TransientError when they cannot be asked */
export interface LoadBalancers {
  /** By its DNS name, with the weights of its listeners' rules; undefined: there is none. */
  find(dnsName: string): Promise<SeenLoadBalancer | undefined>;
  /** `ip:port` of what is registered with a target group. */
  targets(targetGroupArn: string): Promise<readonly string[]>;
}

/** One cluster that Weir works on, with what belongs to it. */
export interface Site {
  readonly cluster: Cluster;
  readonly controllers: readonly ControllerName[];
  /** Empty: all namespaces. */
  readonly namespaces: readonly string[];
  readonly providers: MetricProviders;
  /** Present: a weight of an ALB counts when the load balancer itself has it. */
  readonly loadBalancers?: LoadBalancers;
}

/** What the controllers ask for. */
export interface Ports {
  readonly clock: Clock;
  readonly sites: ReadonlyMap<string, Site>;
  readonly queue: WorkQueue;
  readonly history: RunHistory;
  readonly bus: EventBus;
  readonly cursors: CursorStore;
  readonly orders: OrderStore;
  readonly log: Log;
  /** How a promoted release is taken back; undone where nothing else is said and Argo CD does not keep the object. */
  readonly rollback?: RollbackRules;
}

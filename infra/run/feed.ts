/** From what the watches hear to passes: every changed object goes to the queue at once, and now and then all of them do. */
import { messageOf } from '#core/errors.ts';
import { objectId } from '#core/history/object-id.ts';
import { endsNext } from '#shared/controllers/analysis-run.ts';
import { keysOf } from '#shared/controllers/discover.ts';
import type { KubernetesObject } from '#core/resources/kubernetes.ts';
import { ARGO_API_VERSION, isCompleted, type AnalysisRun } from '#core/resources/argo.ts';
import { MINUTE, SECOND, type Millis } from '#core/time.ts';
import { referencedKinds, rememberKinds, type FollowedKind } from '#shared/controllers/routing-users.ts';
import type { Clock, ObjectKey, Ports, Site } from '#shared/ports.ts';
import type { Cancel, Timers } from '../local/clock.ts';
import type { Origin } from './cache/cached-cluster.ts';

/** A pass that only measured knows what it wrote, and when to measure again. Whatever else Weir wrote, it looks at. */
function leadsToPass(object: KubernetesObject): boolean {
  const { status } = object as AnalysisRun;
  return object.kind !== 'AnalysisRun' || status === undefined || isCompleted(status.phase) || endsNext(status);
}

export interface FeedParts {
  readonly site: Site;
  readonly ports: Pick<Ports, 'queue' | 'cursors' | 'log'>;
  readonly timers: Timers & Clock;
  /** Routers' objects and workloads are followed once some Rollout refers to them. */
  follow(kind: FollowedKind): Promise<void>;
}

/** Every object is looked at this often, whatever the watches said (level-triggered). Reads come from the cache. */
const SWEEP_EVERY: Millis = 15 * MINUTE;
/** Tickets whose message was lost are sent again. */
const RESCUE_EVERY: Millis = MINUTE;
/** What could not be added is tried again, until the store answers. */
const OWED_AFTER: Millis = 3 * SECOND;
const KINDS = ['Rollout', 'AnalysisRun', 'Experiment'] as const;

export class Feed {
  readonly #parts: FeedParts;
  readonly #adding = new Set<Promise<void>>();
  /** Keys that could not be added yet. */
  readonly #owed = new Map<string, ObjectKey>();
  #cancels: Cancel[] = [];
  #open = false;

  constructor(parts: FeedParts) {
    this.#parts = parts;
  }

  /** Before it is opened nothing is added: the first sweep will. */
  changed(objects: readonly KubernetesObject[], origin: Origin): void {
    const news = origin === 'own' ? objects.filter(leadsToPass) : objects;
    if (this.#open && news.length > 0) this.#track(this.#add(news));
  }

  /** All objects are added, and from now on each that changes. */
  async open(): Promise<void> {
    this.#open = true;
    await this.#sweep();
    this.#repeat(SWEEP_EVERY, () => this.#sweep());
    this.#repeat(RESCUE_EVERY, async () => void (await this.#parts.ports.queue.rescue()));
    this.#repeat(OWED_AFTER, () => this.#addOwed());
  }

  async close(): Promise<void> {
    this.#open = false;
    for (const cancel of this.#cancels) cancel();
    await Promise.all(this.#adding);
  }

  async #sweep(): Promise<void> {
    const { site } = this.#parts;
    for (const kind of KINDS) {
      const { items } = await site.cluster.list({ apiVersion: ARGO_API_VERSION, kind });
      await this.#add(items);
    }
  }

  async #add(objects: readonly KubernetesObject[]): Promise<void> {
    const { site } = this.#parts;
    for (const key of await keysOf(objects, site)) this.#owed.set(objectId(key), key);
    await this.#addOwed();
    if (site.controllers.includes('rollouts')) await this.#followReferred(objects);
  }

  async #addOwed(): Promise<void> {
    const { ports, timers } = this.#parts;
    for (const [id, key] of this.#owed) {
      // What changes while it is added is owed anew.
      this.#owed.delete(id);
      try {
        await ports.queue.add(key, timers.now());
      } catch (error) {
        this.#owed.set(id, key);
        throw error;
      }
    }
  }

  async #followReferred(objects: readonly KubernetesObject[]): Promise<void> {
    const { site, ports } = this.#parts;
    await rememberKinds(objects, site, ports);
    for (const kind of await referencedKinds(site, ports)) void this.#parts.follow(kind);
  }

  #repeat(length: Millis, task: () => Promise<void>): void {
    // Closed during the first sweep.
    if (!this.#open) return;
    const index = this.#cancels.length;
    const again = () => {
      this.#cancels[index] = this.#parts.timers.after(length, () => {
        again();
        this.#track(task());
      });
    };
    again();
  }

  #track(work: Promise<void>): void {
    const settled = work
      .catch((error: unknown) => this.#parts.ports.log.warn('Objects not added', { error: messageOf(error) }))
      .finally(() => this.#adding.delete(settled));
    this.#adding.add(settled);
  }
}

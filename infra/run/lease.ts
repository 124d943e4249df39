/** The Lease by which one `weir run` at a time executes what a cluster has handed over. */
import { ConflictError, messageOf } from '#core/errors.ts';
import type { KubernetesObject } from '#core/resources/kubernetes.ts';
import { SECOND, type Instant, type Millis } from '#core/time.ts';
import type { Clock, Cluster, Log } from '#shared/ports.ts';
import type { Cancel, Timers } from '../local/clock.ts';

export interface LeaseObject extends KubernetesObject {
  readonly spec?: {
    readonly holderIdentity?: string;
    readonly leaseDurationSeconds?: number;
    readonly renewTime?: string;
    readonly acquireTime?: string;
    readonly leaseTransitions?: number;
  };
}

export interface LeaseParts {
  readonly cluster: Pick<Cluster, 'get' | 'create' | 'patch'>;
  readonly namespace: string;
  readonly name: string;
  /** Of this process; who comes again under it takes up its own lease at once. */
  readonly identity: string;
  readonly timers: Timers & Clock;
  readonly log: Log;
  /** Somebody else holds it. */
  onWait(holder: string): void;
  /** It could not be renewed in time: somebody else may hold it by now. */
  onLost(why: string): void;
}

/** Far longer than Argo's 15 s: fewer requests while nothing happens. A crash is noticed by then, a stop at once. */
const DURATION: Millis = 60 * SECOND;
const RENEW_EVERY: Millis = 24 * SECOND;
/** Given up so much before others may take it. */
const MARGIN: Millis = 10 * SECOND;
const LOOK_EVERY: Millis = 2 * SECOND;

export class Lease {
  readonly #parts: LeaseParts;
  #held: LeaseObject | undefined;
  #renewedAt: Instant = 0;
  #cancel: Cancel = () => undefined;
  #stopped = false;

  constructor(parts: LeaseParts) {
    this.#parts = parts;
  }

  /** Resolves when it is held, however long somebody else has it before; never after `release`. */
  async acquire(): Promise<void> {
    let seen: { readonly version: string | undefined; readonly at: Instant } | undefined;
    for (;;) {
      const { timers, log } = this.#parts;
      try {
        const lease = await this.#read();
        const version = lease?.metadata.resourceVersion;
        if (seen?.version !== version) seen = { version, at: timers.now() };
        const silent = timers.now() - (seen?.at ?? 0);
        if (this.#isFree(lease, silent) && (await this.#take(lease))) return this.#keep();
      } catch (error) {
        log.warn('Lease not read', { error: messageOf(error) });
      }
      await this.#pause(LOOK_EVERY);
    }
  }

  /** The next one need not wait. */
  async release(): Promise<void> {
    this.#stopped = true;
    this.#cancel();
    const held = this.#held;
    if (held === undefined) return;
    try {
      await this.#write(held, { holderIdentity: '', leaseDurationSeconds: 1 });
    } catch (error) {
      this.#parts.log.warn('Lease not released', { error: messageOf(error) });
    }
  }

  #read(): Promise<LeaseObject | undefined> {
    const { cluster, namespace, name } = this.#parts;
    return cluster.get<LeaseObject>({ apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', namespace, name });
  }

  /** As client-go decides it: by how long it has not changed on our clock, never by the other's. */
  #isFree(lease: LeaseObject | undefined, silentFor: Millis): boolean {
    const { holderIdentity: holder = '', leaseDurationSeconds: seconds = 0 } = lease?.spec ?? {};
    if (holder === '' || holder === this.#parts.identity || silentFor > seconds * SECOND) return true;
    this.#parts.onWait(holder);
    return false;
  }

  async #take(lease: LeaseObject | undefined): Promise<boolean> {
    const { cluster, namespace, name, identity, timers } = this.#parts;
    const now = microTime(timers.now());
    const transitions = (lease?.spec?.leaseTransitions ?? 0) + (lease === undefined ? 0 : 1);
    const spec = {
      holderIdentity: identity,
      leaseDurationSeconds: DURATION / SECOND,
      acquireTime: now,
      renewTime: now,
    };
    try {
      if (lease !== undefined) await this.#write(lease, { ...spec, leaseTransitions: transitions });
      else {
        const created = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name, namespace }, spec };
        this.#held = await cluster.create<LeaseObject>(created);
        this.#renewedAt = timers.now();
      }
      return true;
    } catch (error) {
      if (error instanceof ConflictError) return false;
      throw error;
    }
  }

  async #write({ metadata }: LeaseObject, spec: object): Promise<void> {
    const { cluster, namespace, name, timers } = this.#parts;
    const ref = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', namespace, name };
    const at = timers.now();
    this.#held = await cluster.patch<LeaseObject>(ref, { spec: { ...spec } }, metadata.resourceVersion);
    this.#renewedAt = at;
  }

  #keep(): void {
    this.#cancel = this.#parts.timers.after(RENEW_EVERY, () => this.#renew());
  }

  async #renew(): Promise<void> {
    const { timers, log, identity } = this.#parts;
    if (this.#stopped || this.#held === undefined) return;
    try {
      await this.#write(this.#held, { renewTime: microTime(timers.now()) });
      return this.#keep();
    } catch (error) {
      log.warn('Lease not renewed', { error: messageOf(error) });
      const now = await this.#read().catch(() => undefined);
      if (now?.spec?.holderIdentity === identity) this.#held = now;
      else if (now !== undefined) return this.#parts.onLost(`${now.spec?.holderIdentity ?? 'nobody'} holds it now`);
    }
    if (timers.now() - this.#renewedAt > DURATION - MARGIN) {
      return this.#parts.onLost(`not renewed for ${(DURATION - MARGIN) / SECOND} s`);
    }
    this.#cancel = timers.after(LOOK_EVERY, () => this.#renew());
  }

  #pause(length: Millis): Promise<void> {
    return new Promise((resolve) => {
      if (!this.#stopped) this.#cancel = this.#parts.timers.after(length, () => resolve());
    });
  }
}

/** metav1.MicroTime. */
function microTime(instant: Instant): string {
  return new Date(instant).toISOString().replace('Z', '000Z');
}

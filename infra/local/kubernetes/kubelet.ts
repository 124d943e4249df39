/**
 * Stands in for the scheduler and every kubelet: walks pods through the states that a kubelet reports without running
 * anything. It knows no resources, volumes, init containers, probes (beyond their initial delay) or hooks.
 */
import { SECOND, type Millis } from '#core/time.ts';
import type { Cancel, Timers } from '../clock.ts';
import { recordAt, refOf, type ApiObject } from './objects.ts';
import { planOf, type KubeletOptions, type PodStep } from './pod-plan.ts';
import { podStatusAt } from './pod-status.ts';
import { hasEnded } from './pods.ts';
import type { Store } from './store.ts';

const NODE = 'local-node';
const DEFAULT_STOP: Millis = 200;
/** Addresses of a /24. */
const HOSTS = 254;
const POD = { apiVersion: 'v1', kind: 'Pod' };

export function startKubelet(store: Store, timers: Timers, options: KubeletOptions = {}): Cancel {
  const kubelet = new Kubelet(store, timers, options);
  return kubelet.start();
}

/** A pod that the kubelet has taken up. */
interface Tended {
  step: PodStep;
  readonly ip: string;
  isStopping: boolean;
  /** What is yet to come for it. */
  readonly cancels: Cancel[];
}

class Kubelet {
  readonly #store: Store;
  readonly #timers: Timers;
  readonly #options: KubeletOptions;
  /** By uid. */
  readonly #tended = new Map<string, Tended>();
  #addresses = 0;

  constructor(store: Store, timers: Timers, options: KubeletOptions) {
    this.#store = store;
    this.#timers = timers;
    this.#options = options;
  }

  start(): Cancel {
    for (const pod of this.#store.list(POD).items) this.#see(pod);
    const unsubscribe = this.#store.subscribe(({ type, object }) => {
      if (object.kind !== 'Pod') return;
      if (type === 'DELETED') this.#forget(object.metadata.uid);
      else this.#see(object);
    });
    return () => {
      unsubscribe();
      for (const uid of this.#tended.keys()) this.#forget(uid);
    };
  }

  #see(pod: ApiObject): void {
    const { uid, deletionTimestamp } = pod.metadata;
    const tended = this.#tended.get(uid);
    if (tended === undefined) {
      if (!hasEnded(pod) || deletionTimestamp !== undefined) this.#takeUp(pod);
    } else if (deletionTimestamp !== undefined) this.#stop(pod, tended);
    else if (hasGates(pod)) this.#soon(tended, () => this.#report(pod, tended));
  }

  #takeUp(pod: ApiObject): void {
    const steps = planOf(pod, this.#options);
    const [first = { state: 'creating', after: 0 }] = steps;
    const tended: Tended = { step: first, ip: this.#addressFor(pod), isStopping: false, cancels: [] };
    this.#tended.set(pod.metadata.uid, tended);
    for (const step of steps) this.#reach(pod, tended, step);
    if (pod.metadata.deletionTimestamp !== undefined) this.#stop(pod, tended);
  }

  #reach(pod: ApiObject, tended: Tended, step: PodStep): void {
    const enter = (): void => {
      tended.step = step;
      this.#report(pod, tended);
    };
    tended.cancels.push(this.#timers.after(step.after, enter));
  }

  #report(pod: ApiObject, tended: Tended): void {
    const current = this.#store.get(refOf(pod));
    const bound = { ...current, spec: { ...recordAt(current, 'spec'), nodeName: NODE } };
    const status = podStatusAt(bound, tended.step, tended.ip, this.#store.timestamp(), this.#options);
    this.#store.replace({ ...bound, status });
  }

  /** Containers get time to stop, at most their grace; nothing else happens to the pod meanwhile. */
  #stop(pod: ApiObject, tended: Tended): void {
    if (tended.isStopping) return;
    tended.isStopping = true;
    for (const cancel of tended.cancels.splice(0)) cancel();
    const { uid, deletionGracePeriodSeconds = 0 } = pod.metadata;
    const delay = Math.min(this.#options.stopDelay ?? DEFAULT_STOP, deletionGracePeriodSeconds * SECOND);
    const end = (): unknown => this.#store.delete(refOf(pod), { uid, gracePeriodSeconds: 0 });
    tended.cancels.push(this.#timers.after(delay, () => void end()));
  }

  #soon(tended: Tended, task: () => void): void {
    tended.cancels.push(this.#timers.after(0, task));
  }

  #forget(uid: string): void {
    for (const cancel of this.#tended.get(uid)?.cancels ?? []) cancel();
    this.#tended.delete(uid);
  }

  /** A pod from before a restart keeps its own. */
  #addressFor(pod: ApiObject): string {
    return addressOf(pod) ?? this.#freeAddress();
  }

  #freeAddress(): string {
    const taken = new Set(this.#store.list(POD).items.map(addressOf));
    for (;;) {
      this.#addresses += 1;
      const address = `10.244.${Math.floor(this.#addresses / HOSTS)}.${(this.#addresses % HOSTS) + 1}`;
      if (!taken.has(address)) return address;
    }
  }
}

function addressOf(pod: ApiObject): string | undefined {
  const { podIP } = recordAt(pod, 'status');
  return typeof podIP === 'string' ? podIP : undefined;
}

function hasGates(pod: ApiObject): boolean {
  return Array.isArray(recordAt(pod, 'spec')['readinessGates']);
}

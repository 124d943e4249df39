/**
 * Kubernetes Events written beside the passes: a pass does not wait for them, equal ones are counted up, similar ones are
 * combined, and one object cannot flood the cluster. client-go tools/record EventCorrelator has the same limits.
 */
import { ConflictError, messageOf } from '#core/errors.ts';
import type { NewObject } from '#core/resources/kubernetes.ts';
import { MINUTE, type Instant } from '#core/time.ts';
import { BURST, REFILL, tell, type KubernetesEvent } from '#shared/controllers/events.ts';
import type { Clock, Cluster, Log } from '#shared/ports.ts';

/** Equal and similar events are one for so long. */
const WINDOW = 10 * MINUTE;
/** As many different messages of one reason are told one by one. */
const MOST_SIMILAR = 10;
/** Events under way; further ones wait in line. */
const AT_ONCE = 8;
/** What waits in line beyond this is dropped: the cluster does not take events as fast as they come. */
const MOST_WAITING = 10_000;

interface Known {
  readonly name: string;
  readonly at: Instant;
  readonly count: number;
}

interface Source {
  tokens: number;
  at: Instant;
  /** Messages by reason. */
  readonly messages: Map<string, Set<string>>;
}

export class EventRecorder {
  readonly #cluster: Pick<Cluster, 'create' | 'get' | 'patch'>;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #known = new Map<string, Known>();
  readonly #sources = new Map<string, Source>();
  readonly #waiting: NewObject<KubernetesEvent>[] = [];
  readonly #inHand = new Set<Promise<void>>();
  #forgottenAt: Instant = 0;

  constructor(cluster: Pick<Cluster, 'create' | 'get' | 'patch'>, { clock, log }: { clock: Clock; log: Log }) {
    this.#cluster = cluster;
    this.#clock = clock;
    this.#log = log;
  }

  record(event: NewObject<KubernetesEvent>): void {
    this.#forgetOld();
    const source = this.#sourceOf(event);
    if (!take(source, this.#clock.now()) || this.#waiting.length >= MOST_WAITING) return;
    this.#waiting.push(combined(event, source));
    this.#pump();
  }

  /** All that waits is written, or has failed. */
  async flush(): Promise<void> {
    while (this.#inHand.size > 0) await Promise.all(this.#inHand);
  }

  #pump(): void {
    while (this.#inHand.size < AT_ONCE) {
      const event = this.#waiting.shift();
      if (event === undefined) return;
      const work = this.#write(event).finally(() => {
        this.#inHand.delete(work);
        this.#pump();
      });
      this.#inHand.add(work);
    }
  }

  async #write(event: NewObject<KubernetesEvent>): Promise<void> {
    const key = keyOf(event);
    const known = this.#known.get(key);
    try {
      const counted = known !== undefined && (await this.#countUp(event, known)) ? known : undefined;
      const count = counted === undefined ? ((await tell(event, this.#cluster)) ?? BURST) : counted.count + 1;
      const { name } = counted ?? event.metadata;
      this.#known.set(key, { name, count, at: this.#clock.now() });
    } catch (error) {
      const { namespace, name } = event.metadata;
      this.#log.warn('Event not written', { namespace, name, reason: event.reason, error: messageOf(error) });
    }
  }

  /** @returns false when the earlier event is gone */
  async #countUp(event: NewObject<KubernetesEvent>, known: Known): Promise<boolean> {
    const { namespace } = event.metadata;
    const { lastTimestamp, message } = event;
    const ref = { apiVersion: 'v1', kind: 'Event', namespace, name: known.name };
    try {
      await this.#cluster.patch(ref, { count: known.count + 1, lastTimestamp, message });
      return true;
    } catch (error) {
      if (error instanceof ConflictError) return false;
      throw error;
    }
  }

  #sourceOf({ involvedObject }: NewObject<KubernetesEvent>): Source {
    const known = this.#sources.get(involvedObject.uid);
    if (known !== undefined) return known;
    const source = { tokens: BURST, at: this.#clock.now(), messages: new Map<string, Set<string>>() };
    this.#sources.set(involvedObject.uid, source);
    return source;
  }

  /** Once a window, so that memory does not grow with the objects that ever were. */
  #forgetOld(): void {
    const now = this.#clock.now();
    if (now - this.#forgottenAt < WINDOW) return;
    this.#forgottenAt = now;
    for (const [key, { at }] of this.#known) if (now - at > WINDOW) this.#known.delete(key);
    for (const [uid, source] of this.#sources) {
      if (now - source.at > WINDOW && refilled(source, now) >= BURST) this.#sources.delete(uid);
      else if (now - source.at > WINDOW) source.messages.clear();
    }
  }
}

function take(source: Source, now: Instant): boolean {
  source.tokens = refilled(source, now);
  source.at = now;
  if (source.tokens < 1) return false;
  source.tokens -= 1;
  return true;
}

function refilled({ tokens, at }: Source, now: Instant): number {
  return Math.min(BURST, tokens + Math.max(0, now - at) / REFILL);
}

function combined(event: NewObject<KubernetesEvent>, { messages }: Source): NewObject<KubernetesEvent> {
  const told = messages.get(event.reason) ?? new Set();
  messages.set(event.reason, told);
  if (told.has(event.message)) return event;
  if (told.size >= MOST_SIMILAR) return { ...event, message: `(combined from similar events): ${event.message}` };
  told.add(event.message);
  return event;
}

/** Combined events of one reason are one, whatever they say. */
function keyOf({ involvedObject, type, reason, message }: NewObject<KubernetesEvent>): string {
  const text = message.startsWith('(combined from similar events)') ? 'combined' : message;
  return [involvedObject.uid, type, reason, text].join(' ');
}

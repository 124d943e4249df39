/**
 * Kubernetes Events written beside the passes: a pass does not wait for them, equal ones are counted up, similar ones are
 * combined, and one object cannot flood the cluster. client-go tools/record EventCorrelator has the same limits.
 */
import { ConflictError, messageOf, TransientError } from '#core/errors.ts';
import type { NewObject } from '#core/resources/kubernetes.ts';
import { MINUTE, SECOND, type Instant, type Millis } from '#core/time.ts';
import { BURST, REFILL, tell, type KubernetesEvent } from '#shared/controllers/events.ts';
import type { Clock, Cluster, Log } from '#shared/ports.ts';
import type { Cancel, Timers } from '../local/clock.ts';

/** Equal and similar events are one for so long. */
const WINDOW = 10 * MINUTE;
/** As many different messages of one reason are told one by one. */
const MOST_SIMILAR = 10;
/** Events under way; further ones wait in line. */
const AT_ONCE = 8;
/** What waits in line beyond this is dropped: the cluster does not take events as fast as they come. */
const MOST_WAITING = 10_000;

/** What the API server does not take now it is asked again, after 1, 2, 4 … s, or when it says. */
const MOST_ATTEMPTS = 6;
const FIRST_WAIT: Millis = SECOND;
const LONGEST_WAIT: Millis = 30 * SECOND;

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
  readonly #timers: Timers & Clock;
  readonly #log: Log;
  readonly #known = new Map<string, Known>();
  readonly #sources = new Map<string, Source>();
  readonly #waiting: NewObject<KubernetesEvent>[] = [];
  readonly #inHand = new Set<Promise<void>>();
  /** Those that wait for another attempt: each goes on when it is called. */
  readonly #pauses = new Set<() => void>();
  #forgottenAt: Instant = 0;
  #isFlushing = false;

  constructor(
    cluster: Pick<Cluster, 'create' | 'get' | 'patch'>,
    { timers, log }: { timers: Timers & Clock; log: Log },
  ) {
    this.#cluster = cluster;
    this.#timers = timers;
    this.#log = log;
  }

  record(event: NewObject<KubernetesEvent>): void {
    this.#forgetOld();
    const source = this.#sourceOf(event);
    if (!take(source, this.#timers.now()) || this.#waiting.length >= MOST_WAITING) return;
    this.#waiting.push(combined(event, source));
    this.#pump();
  }

  /** All that waits is written, or has failed: what waited for another attempt has it now, and no further one. */
  async flush(): Promise<void> {
    this.#isFlushing = true;
    for (const goOn of this.#pauses) goOn();
    while (this.#inHand.size > 0) await Promise.all(this.#inHand);
    this.#isFlushing = false;
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

  /** Its place in the line is kept meanwhile: a server that has too much to do is not asked more often. */
  async #write(event: NewObject<KubernetesEvent>): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#writeOnce(event);
      } catch (error) {
        const wait = waitAfter(error, attempt);
        if (wait === undefined || this.#isFlushing) return this.#giveUp(event, error);
        await this.#pause(wait);
      }
    }
  }

  async #writeOnce(event: NewObject<KubernetesEvent>): Promise<void> {
    const key = keyOf(event);
    const known = this.#known.get(key);
    const counted = known !== undefined && (await this.#countUp(event, known)) ? known : undefined;
    const count = counted === undefined ? ((await tell(event, this.#cluster)) ?? BURST) : counted.count + 1;
    const { name } = counted ?? event.metadata;
    this.#known.set(key, { name, count, at: this.#timers.now() });
  }

  #giveUp({ metadata: { namespace, name }, reason }: NewObject<KubernetesEvent>, error: unknown): void {
    this.#log.warn('Event not written', { namespace, name, reason, error: messageOf(error) });
  }

  #pause(length: Millis): Promise<void> {
    return new Promise((resolve) => {
      let cancel: Cancel = () => undefined;
      const goOn = () => {
        cancel();
        this.#pauses.delete(goOn);
        resolve();
      };
      this.#pauses.add(goOn);
      cancel = this.#timers.after(length, goOn);
    });
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
    const source = { tokens: BURST, at: this.#timers.now(), messages: new Map<string, Set<string>>() };
    this.#sources.set(involvedObject.uid, source);
    return source;
  }

  /** Once a window, so that memory does not grow with the objects that ever were. */
  #forgetOld(): void {
    const now = this.#timers.now();
    if (now - this.#forgottenAt < WINDOW) return;
    this.#forgottenAt = now;
    for (const [key, { at }] of this.#known) if (now - at > WINDOW) this.#known.delete(key);
    for (const [uid, source] of this.#sources) {
      if (now - source.at > WINDOW && refilled(source, now) >= BURST) this.#sources.delete(uid);
      else if (now - source.at > WINDOW) source.messages.clear();
    }
  }
}

/** @returns undefined: another attempt would end in the same way, or there were enough */
function waitAfter(error: unknown, attempts: number): Millis | undefined {
  if (!(error instanceof TransientError) || attempts >= MOST_ATTEMPTS) return undefined;
  return error.retryAfter ?? Math.min(FIRST_WAIT * 2 ** (attempts - 1), LONGEST_WAIT);
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

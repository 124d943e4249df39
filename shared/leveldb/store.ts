/**
 * Items of one process on its own disk: LevelDB, keys in order, each item a JSON text. One process has a folder at a time,
 * so a condition is read and written under a lock in memory. A write that returned survives the end of the process.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ClassicLevel } from 'classic-level';
import { InvalidSpecError, messageOf } from '#core/errors.ts';
import { MINUTE, SECOND, type Instant } from '#core/time.ts';

/** Raised when an older Weir could not read what a newer one writes. */
const SCHEMA = 1;
const WRITE_BUFFER_BYTES = 1024 * 1024;
const CACHE_BYTES = 2 * 1024 * 1024;
/** Items looked at in one go while tidying up. */
const PAGE = 500;
const FLUSH_AFTER = SECOND;
/** Many passes end at the same moment: one batch for all of them. */
const GATHER = 2;
const MOST_RECENT = 5_000;

export interface Range {
  readonly newestFirst?: boolean;
  readonly limit?: number | undefined;
}

export interface Write {
  readonly key: string;
  readonly item: object;
  /** When it may be forgotten, ms since 1970; never without it. */
  readonly expires?: Instant;
}

interface Stored {
  readonly expires?: Instant;
  readonly item: unknown;
}

export class LevelStore {
  readonly #db: ClassicLevel;
  readonly #locks = new Map<string, Promise<unknown>>();
  /** Written with the next batch, in the order in which they came: all of them or none. */
  readonly #soon = new Map<string, string>();
  /** What was read last, kept up to date: each pass over an object begins with reading the same key. */
  readonly #recent = new Map<string, string | undefined>();
  #flushing: NodeJS.Timeout | undefined;
  /** The batch that is being written, and the one after it. */
  #written: Promise<void> = Promise.resolve();
  #next: Promise<void> | undefined;
  #batches = 0;

  private constructor(db: ClassicLevel) {
    this.#db = db;
  }

  /** @throws InvalidSpecError when another process has it, or another Weir wrote it */
  static async open(folder: string): Promise<LevelStore> {
    await mkdir(folder, { recursive: true });
    await claimSchema(folder);
    const db = new ClassicLevel(join(folder, 'data'), {
      writeBufferSize: WRITE_BUFFER_BYTES,
      cacheSize: CACHE_BYTES,
    });
    try {
      await db.open();
    } catch (error) {
      const cause = (error as { cause?: unknown }).cause ?? error;
      const hint = 'stop the other weir run that uses it, or start with another --data folder';
      throw new InvalidSpecError(`${folder} cannot be opened (${messageOf(cause)}); ${hint}`, { cause: error });
    }
    return new LevelStore(db);
  }

  async get<T>(key: string): Promise<T | undefined> {
    const text = this.#soon.get(key) ?? (await this.#read(key));
    return text === undefined ? undefined : itemOf<T>(text);
  }

  /** All or nothing, with all that was to be written soon. */
  async write(writes: readonly Write[]): Promise<void> {
    this.#take(writes);
    // What is written at once was read before, and will be read again.
    for (const { key } of writes) this.#remember(key, this.#soon.get(key));
    await this.#flush();
  }

  /**
   * Within a second, in one batch with whatever comes meanwhile. Readers see it at once; a process that dies before has
   * not written any of it.
   */
  writeSoon(writes: readonly Write[]): void {
    this.#take(writes);
    this.#flushing ??= setTimeout(() => void this.#flush().catch(() => undefined), FLUSH_AFTER);
  }

  /** Items whose keys begin so, in the order of their keys. */
  async range<T>(prefix: string, { newestFirst = false, limit = -1 }: Range = {}): Promise<readonly T[]> {
    await this.#flush();
    const texts = await this.#db.values({ ...below(prefix), reverse: newestFirst, limit }).all();
    return texts.map(itemOf<T>);
  }

  /** What is read and written under one key is not written by another meanwhile. */
  async exclusively<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = this.#locks.get(key) ?? Promise.resolve();
    const own = before.then(work, work);
    this.#locks.set(key, own);
    try {
      return await own;
    } finally {
      if (this.#locks.get(key) === own) this.#locks.delete(key);
    }
  }

  /** Forget what has expired. A page at a time, so that nobody waits for it. @returns how many items */
  async tidy(now: Instant): Promise<number> {
    let forgotten = 0;
    let after = '';
    for (;;) {
      const entries = await this.#db.iterator({ gt: after, limit: PAGE }).all();
      const old = entries.filter(([, text]) => (expiryOf(text) ?? Infinity) < now);
      await this.#db.batch(old.map(([key]) => ({ type: 'del', key })));
      for (const [key] of old) if (!this.#soon.has(key)) this.#recent.delete(key);
      forgotten += old.length;
      const last = entries.at(-1);
      if (last === undefined || entries.length < PAGE) return forgotten;
      [after] = last;
    }
  }

  async close(): Promise<void> {
    await this.#flush();
    await this.#db.close();
  }

  /** One batch at a time: what comes meanwhile, and for a moment before, goes along, and nothing overtakes. */
  #flush(): Promise<void> {
    this.#next ??= this.#written.then(() => sleep(GATHER)).then(() => this.#writeAll());
    return this.#next;
  }

  async #writeAll(): Promise<void> {
    clearTimeout(this.#flushing);
    this.#flushing = undefined;
    this.#next = undefined;
    const writes = [...this.#soon];
    if (writes.length === 0) return;
    const batch = this.#db.batch(writes.map(([key, value]) => ({ type: 'put', key, value })));
    this.#written = batch.catch(() => undefined);
    await batch;
    this.#batches += 1;
    // Until it is on disk it is read from here; what came meanwhile stays.
    for (const [key, text] of writes) if (this.#soon.get(key) === text) this.#soon.delete(key);
  }

  /** As it is now, whatever becomes of the objects. */
  #take(writes: readonly Write[]): void {
    for (const { key, item, expires } of writes) {
      const text = textOf(item, expires);
      this.#soon.set(key, text);
      if (this.#recent.has(key)) this.#recent.set(key, text);
    }
  }

  async #read(key: string): Promise<string | undefined> {
    if (this.#recent.has(key)) return this.#remember(key, this.#recent.get(key));
    const batches = this.#batches;
    const text = await this.#db.get(key);
    // Where a batch came between, it may have been about this key.
    return batches === this.#batches && !this.#soon.has(key)
      ? this.#remember(key, text)
      : (this.#soon.get(key) ?? text);
  }

  #remember(key: string, text: string | undefined): string | undefined {
    this.#recent.delete(key);
    this.#recent.set(key, text);
    if (this.#recent.size > MOST_RECENT) this.#forgetOldest();
    return text;
  }

  #forgetOldest(): void {
    const [oldest] = this.#recent.keys();
    if (oldest !== undefined) this.#recent.delete(oldest);
  }
}

async function claimSchema(folder: string): Promise<void> {
  const file = join(folder, 'schema');
  const found = await readFile(file, 'utf8').catch(() => undefined);
  if (found === undefined) return writeFile(file, `${SCHEMA}\n`);
  if (Number(found) === SCHEMA) return;
  const which = `schema ${found.trim()}, this Weir reads schema ${SCHEMA}`;
  throw new InvalidSpecError(`${folder} holds data of ${which}: start the Weir that wrote it, or take another --data`);
}

function below(prefix: string): { readonly gte: string; readonly lt: string } {
  return { gte: prefix, lt: `${prefix}\uffff` };
}

/** The expiry stands first: tidying need not read the rest. */
function textOf(item: object, expires: Instant | undefined): string {
  return JSON.stringify(expires === undefined ? { item } : { expires, item });
}

// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- whoever reads a key knows what it wrote there
function itemOf<T>(text: string): T {
  return (JSON.parse(text) as Stored).item as T;
}

function expiryOf(text: string): Instant | undefined {
  const digits = /^\{"expires":(\d+)/.exec(text)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** A number as text that sorts as it counts; instants may have fractions. */
export function sortable(instant: Instant): string {
  return String(Math.floor(instant)).padStart(16, '0');
}

/** How long after a start the first tidying is. */
export const TIDY_AFTER = 10 * MINUTE;
export const TIDY_EVERY = 24 * 60 * 60 * SECOND;

/** The folder in which the local stack keeps its data between starts: one stack at a time, a schema version, whole files. */
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { InvalidSpecError, messageOf } from '#core/errors.ts';

const SCHEMA = 1;

export class DataFolder {
  readonly path: string;

  /** @throws InvalidSpecError when another stack uses it, or a newer Weir wrote it */
  constructor(path: string) {
    this.path = path;
    makeFolder(path);
    this.#lock();
  }

  /** undefined: nothing stored yet */
  load(): unknown {
    const file = join(this.path, 'state.json');
    const stored = readJson(file);
    if (stored === undefined) return undefined;
    if (stored.schema === SCHEMA && isObject(stored.state)) return stored.state;
    if (stored.schema === SCHEMA) throw unreadable(file);
    const reason = `${file} has schema ${JSON.stringify(stored.schema)}, this Weir reads ${SCHEMA}`;
    throw new InvalidSpecError(`${reason}; use the Weir that wrote it, or start anew with another --data folder`);
  }

  /** A crash in the middle leaves the file before. */
  save(state: object): void {
    const file = join(this.path, 'state.json');
    writeFileSync(`${file}.new`, JSON.stringify({ schema: SCHEMA, state }));
    renameSync(`${file}.new`, file);
  }

  unlock(): void {
    rmSync(join(this.path, 'lock'), { force: true });
  }

  /** The lock appears with its content, and only where there is none: of two starts at once one is refused. */
  #lock(): void {
    const file = join(this.path, 'lock');
    const mine = `${file}.${process.pid}`;
    writeFileSync(mine, String(process.pid));
    try {
      while (!linked(mine, file)) this.#removeStale(file);
    } finally {
      rmSync(mine, { force: true });
    }
  }

  /** A crash leaves its lock. @throws InvalidSpecError when its process is alive */
  #removeStale(file: string): void {
    const holder = holderOf(file);
    if (holder > 0 && holder !== process.pid && isAlive(holder)) {
      const wayOut = `stop it, or start with --data DIR (should it be no Weir at all, remove ${file})`;
      throw new InvalidSpecError(`${this.path} is in use by process ${holder}; ${wayOut}`);
    }
    rmSync(file, { force: true });
  }
}

function linked(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** 0: nobody */
function holderOf(file: string): number {
  try {
    return Number(readFileSync(file, 'utf8'));
  } catch {
    return 0;
  }
}

function makeFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true });
  } catch (error) {
    throw new InvalidSpecError(`${path} cannot be used as data folder (${messageOf(error)}); start with --data DIR`, {
      cause: error,
    });
  }
}

function readJson(file: string): { readonly schema?: unknown; readonly state?: unknown } | undefined {
  try {
    return (JSON.parse(readFileSync(file, 'utf8')) ?? {}) as { schema?: unknown };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw unreadable(file, error);
  }
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}

function unreadable(file: string, cause?: unknown): InvalidSpecError {
  return new InvalidSpecError(`${file} cannot be read; remove it to start anew`, { cause });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

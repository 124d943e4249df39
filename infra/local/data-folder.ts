/** The folder in which the local stack keeps its data between starts: one stack at a time, a schema version, whole files. */
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { InvalidSpecError } from '#core/errors.ts';

const SCHEMA = 1;

export class DataFolder {
  readonly path: string;

  /** @throws InvalidSpecError when another stack uses it, or a newer Weir wrote it */
  constructor(path: string) {
    this.path = path;
    mkdirSync(path, { recursive: true });
    this.#lock();
  }

  /** undefined: nothing stored yet */
  load(): unknown {
    const file = join(this.path, 'state.json');
    const stored = readJson(file) as { schema: number; state: unknown } | undefined;
    if (stored === undefined) return undefined;
    if (stored.schema === SCHEMA) return stored.state;
    const reason = `${file} has schema ${stored.schema}, this Weir reads ${SCHEMA}`;
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

  #lock(): void {
    const file = join(this.path, 'lock');
    const holder = Number(readJson(file) ?? 0);
    if (holder > 0 && holder !== process.pid && isAlive(holder)) {
      throw new InvalidSpecError(`${this.path} is in use by process ${holder}; stop it, or start with --data DIR`);
    }
    writeFileSync(file, String(process.pid));
  }
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new InvalidSpecError(`${file} cannot be read; remove it to start anew`, { cause: error });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

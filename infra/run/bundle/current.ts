/**
 * `weir run` in a few files instead of some six hundred, which Node reads and links in half the time. It is made of these
 * sources (build.ts) and stands for them only as long as none of them has changed.
 */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** The checkout. */
export const ROOT = join(import.meta.dirname, '..', '..', '..');
export const FOLDER = 'dist';
/** Where the newest bundle is, and what it was made of. */
export const RECORD = join(FOLDER, 'run.json');

export interface BundleRecord {
  /** The file to run, from the root. */
  readonly entry: string;
  /** Each file that went in, from the root, as it was then. */
  readonly inputs: Readonly<Record<string, FileState>>;
}

/** Time of its last change (ms) and size: what no edit, checkout or installation leaves as it was. */
export type FileState = readonly [changedAt: number, size: number];

/** @returns the file to run; undefined: there is no bundle of the sources as they are */
export function currentBundle(root: string): string | undefined {
  try {
    const { entry, inputs } = JSON.parse(readFileSync(join(root, RECORD), 'utf8')) as BundleRecord;
    const isCurrent = Object.entries(inputs).every(([file, [changedAt, size]]) => {
      const now = fileState(root, file);
      return now[0] === changedAt && now[1] === size;
    });
    statSync(join(root, entry));
    return isCurrent ? join(root, entry) : undefined;
  } catch {
    return undefined;
  }
}

/** @throws what the file system says of a file that is not there */
export function fileState(root: string, file: string): FileState {
  const { mtimeMs, size } = statSync(join(root, file));
  return [mtimeMs, size];
}

/**
 * Who this process is among those that may hold the Lease. One that keeps its history on disk comes again under the same
 * name: the database is locked by one process at a time, so whoever held the Lease under it before is dead.
 */
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { CursorStore } from '#shared/ports.ts';

const CURSOR = 'weir-run/identity';

export async function identityOf(cursors: CursorStore, isLocal: boolean): Promise<string> {
  const own = `${hostname()}_${randomUUID()}`;
  if (!isLocal) return own;
  const known = await cursors.get(CURSOR);
  if (known === undefined) await cursors.set(CURSOR, own, undefined);
  return known ?? own;
}

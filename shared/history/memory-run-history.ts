/** History in memory: for tests and runs that nobody asks about afterwards. */
import { dayOf, newestReleaseFirst } from '#core/history/lists.ts';
import { objectId } from '#core/history/object-id.ts';
import { inOrder, pendingOf, toFile, withPending, type PendingTransition } from '#core/history/pending.ts';
import type { LatestRecord, RecordedTransition, ReleaseSummary } from '#core/history/record.ts';
import type { RunHistory } from '../ports.ts';

interface Latest {
  readonly record: Omit<LatestRecord, 'pending' | 'places'>;
  readonly pending: readonly PendingTransition[];
}

interface Filed {
  readonly version: number;
  readonly release: ReleaseSummary;
}

export function createMemoryRunHistory(): RunHistory {
  const latest = new Map<string, Latest>();
  const summaries = new Map<string, Filed>();
  const transitions = new Map<string, RecordedTransition>();

  function releasesWhere(wanted: (release: ReleaseSummary) => boolean): ReleaseSummary[] {
    const all = [...summaries.values()].map(({ release }) => release);
    return all.filter(wanted).toSorted(newestReleaseFirst);
  }

  return {
    async latest(key) {
      const stored = latest.get(objectId(key));
      return stored && withPending(stored.record, stored.pending);
    },
    async record(key, record) {
      const before = latest.get(objectId(key));
      if ((before?.record.version ?? 0) !== record.expectedVersion) return 'conflict';
      if (before !== undefined && before.record.fence > record.fence) return 'conflict';
      const { expectedVersion, transitions: _, ...rest } = structuredClone(record);
      const pending = [...(before?.pending ?? []), ...structuredClone(pendingOf(record))];
      latest.set(objectId(key), { record: { ...rest, version: expectedVersion + 1 }, pending });
      return 'recorded';
    },
    async file(key, { release, ...record }) {
      for (const filed of structuredClone(toFile(objectId(key), record))) {
        transitions.set(JSON.stringify([filed.release, filed.object, filed.version, filed.index]), filed);
      }
      if (release === undefined || (summaries.get(release.id)?.version ?? 0) > record.version) return;
      summaries.set(release.id, { version: record.version, release: structuredClone(release) });
    },
    async told(key, version) {
      const stored = latest.get(objectId(key));
      if (stored?.record.version === version) latest.set(objectId(key), { ...stored, pending: [] });
    },
    async release(id) {
      return summaries.get(id)?.release;
    },
    async releases({ cluster, namespace, name }, limit) {
      return releasesWhere(
        (release) => release.cluster === cluster && release.namespace === namespace && release.rollout === name,
      ).slice(0, limit);
    },
    async releasesOfDay(day) {
      return releasesWhere((release) => dayOf(release.startedAt) === day);
    },
    async transitions(release) {
      return inOrder([...transitions.values()].filter((transition) => transition.release === release));
    },
  };
}

import { beforeEach, describe, expect, it } from '@jest/globals';
import type { NewRecord, ReleaseSummary, Transition } from '#core/history/record.ts';
import { jsonBytes } from '#core/history/trim.ts';
import { HOUR, MINUTE } from '#core/time.ts';
import type { Clock, ObjectKey, RunHistory } from '#shared/ports.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const START = Date.UTC(2026, 10, 24, 12);

/** What history promises: records one after the other, transitions exactly once, summaries that never go back. */
export function defineRunHistoryContract(name: string, create: (clock: Clock) => RunHistory): void {
  let homes = 0;
  let history: RunHistory;
  let rollout: ObjectKey;
  let release: ReleaseSummary;

  beforeEach(() => {
    homes += 1;
    history = create(new VirtualClock(START));
    rollout = { cluster: `cluster-${homes}`, kind: 'Rollout', namespace: 'shop', name: 'checkout' };
    release = aRelease(rollout, { revision: 1 });
  });

  describe(`run history over ${name}`, () => {
    describe('record', () => {
      it('given an object never recorded, then there is no latest record', async () => {
        expect(await history.latest(rollout)).toBeUndefined();
      });

      it('given a record, then it is the latest one, as it was handed in', async () => {
        const state = { stepIndex: 2, pauses: ['manual'], weight: { '': 1e300, deep: nested(40) }, none: null };
        const paused = aTransition({ type: 'paused', details: { at: 0.1, value: 1e-300 } });
        const record = aRecord({ state, fence: 7, releaseId: release.id, release, transitions: [paused] });
        expect(await history.record(rollout, record)).toBe('recorded');
        expect(await history.latest(rollout)).toEqual({
          version: 1,
          fence: 7,
          state,
          releaseId: release.id,
          release,
          pending: [paused],
        });
      });

      it('given records that leave the release out again, then the latest one has none', async () => {
        await history.record(rollout, aRecord({ releaseId: release.id, release }));
        await history.record(rollout, aRecord({ expectedVersion: 1 }));
        expect(await history.latest(rollout)).toEqual({ version: 2, fence: 1, state: {}, pending: [] });
      });

      it.each([
        { given: 'no record', versions: [], expectedVersion: 1, result: 'conflict' },
        { given: 'one record', versions: [0], expectedVersion: 0, result: 'conflict' },
        { given: 'one record', versions: [0], expectedVersion: 1, result: 'recorded' },
        { given: 'one record', versions: [0], expectedVersion: 2, result: 'conflict' },
        { given: 'two records', versions: [0, 1], expectedVersion: 1, result: 'conflict' },
      ])('given $given, when a record expects version $expectedVersion, then $result', async (row) => {
        for (const expectedVersion of row.versions) await history.record(rollout, aRecord({ expectedVersion }));
        expect(await history.record(rollout, aRecord({ expectedVersion: row.expectedVersion }))).toBe(row.result);
        const version = row.versions.length + (row.result === 'recorded' ? 1 : 0);
        expect((await history.latest(rollout))?.version ?? 0).toBe(version);
      });

      it.each([
        { stored: 5, fence: 4, result: 'conflict' },
        { stored: 5, fence: 5, result: 'recorded' },
        { stored: 5, fence: 6, result: 'recorded' },
        { stored: 9, fence: 10, result: 'recorded' },
      ])('given a record under fence $stored, when the next comes under $fence, then $result', async (row) => {
        await history.record(rollout, aRecord({ fence: row.stored }));
        expect(await history.record(rollout, aRecord({ expectedVersion: 1, fence: row.fence }))).toBe(row.result);
      });

      it('given many writers at the same version, then one of them records', async () => {
        const records = Array.from({ length: 6 }, (_, fence) => history.record(rollout, aRecord({ fence })));
        const results = await Promise.all(records);
        expect(results.filter((result) => result === 'recorded')).toHaveLength(1);
      });

      it('given a record that met a conflict, then nothing of it is left', async () => {
        await history.record(rollout, aRecord({ state: { step: 1 } }));
        await history.record(rollout, aRecord({ state: { step: 2 }, transitions: [aTransition()] }));
        expect(await history.latest(rollout)).toMatchObject({ version: 1, state: { step: 1 }, pending: [] });
      });

      it('given a record, when its writer changes what it handed in, then history keeps what it was', async () => {
        const details = { step: 1 };
        await history.record(rollout, aRecord({ transitions: [aTransition({ details })] }));
        details.step = 2;
        expect((await history.latest(rollout))?.pending).toMatchObject([{ details: { step: 1 } }]);
      });
    });

    describe('told', () => {
      it('given a told version, then nothing of it is pending', async () => {
        await history.record(rollout, aRecord({ transitions: [aTransition()] }));
        await history.told(rollout, 1);
        expect(await history.latest(rollout)).toMatchObject({ version: 1, pending: [] });
      });

      it.each([0, 1, 3])(
        'given version 2 is pending, when version %d is told late, then 2 stays pending',
        async (version) => {
          await history.record(rollout, aRecord());
          await history.told(rollout, 1);
          await history.record(rollout, aRecord({ expectedVersion: 1, transitions: [aTransition()] }));
          await history.told(rollout, version);
          expect((await history.latest(rollout))?.pending).toHaveLength(1);
        },
      );

      it('given an object never recorded, when something is told, then it still is not', async () => {
        await history.told(rollout, 1);
        expect(await history.latest(rollout)).toBeUndefined();
      });

      it('given a record on top of untold transitions, then they stay pending before the new ones, and at their places', async () => {
        const transitions = ['first', 'second', 'third'].map((message) => aTransition({ message }));
        await history.record(rollout, aRecord({ releaseId: release.id, transitions: transitions.slice(0, 2) }));
        await history.file(rollout, (await history.latest(rollout))!);
        const next = aRecord({ expectedVersion: 1, releaseId: release.id, transitions: transitions.slice(2) });
        expect(await history.record(rollout, next)).toBe('recorded');
        const latest = (await history.latest(rollout))!;
        expect(latest.pending).toEqual(transitions);
        await history.file(rollout, latest);
        expect(await places(release.id)).toEqual(['first 1/0', 'second 1/1', 'third 2/0']);
        await history.told(rollout, 2);
        expect((await history.latest(rollout))?.pending).toEqual([]);
      });
    });

    describe('file', () => {
      it('given a record filed twice, by its writer and after a crash, then each transition is there once', async () => {
        const transitions = [aTransition({ message: 'a' }), aTransition({ message: 'b' })];
        const record = aRecord({ releaseId: release.id, release, transitions });
        await history.record(rollout, record);
        await history.file(rollout, {
          version: 1,
          fence: 1,
          state: {},
          releaseId: release.id,
          release,
          pending: transitions,
        });
        await history.file(rollout, (await history.latest(rollout))!);
        const object = `${rollout.cluster}/Rollout/shop/checkout`;
        expect(await history.transitions(release.id)).toEqual([
          { ...transitions[0], release: release.id, object, version: 1, index: 0 },
          { ...transitions[1], release: release.id, object, version: 1, index: 1 },
        ]);
      });

      it('given a record of no release, then its transitions are filed under none', async () => {
        await history.record(rollout, aRecord({ transitions: [aTransition()] }));
        await history.file(rollout, (await history.latest(rollout))!);
        expect(await history.transitions('')).toEqual([]);
      });

      it('given a release of a rollout and its analysis runs, then its transitions come in time order, those of an object in its own', async () => {
        const run: ObjectKey = { ...rollout, kind: 'AnalysisRun', name: 'checkout-abc-2' };
        await fileOne(rollout, 0, aTransition({ message: 'started', at: START }));
        await fileOne(run, 0, aTransition({ message: 'measured', at: START + MINUTE }));
        await fileOne(rollout, 1, aTransition({ message: 'step', at: START + 2 * MINUTE }));
        await fileOne(run, 1, aTransition({ message: 'failed', at: START + 3 * MINUTE }));
        // The clock went back by an hour: still after its own step.
        await fileOne(rollout, 2, aTransition({ message: 'aborted', at: START - HOUR }));
        const messages = (await history.transitions(release.id)).map(({ message }) => message);
        expect(messages).toEqual(['started', 'measured', 'step', 'aborted', 'failed']);
      });

      it('given more transitions than one request takes, then all are filed in order', async () => {
        const transitions = Array.from({ length: 60 }, (_, index) => aTransition({ message: `transition ${index}` }));
        await history.record(rollout, aRecord({ releaseId: release.id, transitions }));
        await history.file(rollout, (await history.latest(rollout))!);
        const messages = (await history.transitions(release.id)).map(({ message }) => message);
        expect(messages).toEqual(transitions.map(({ message }) => message));
      });

      it('given transitions larger than a database item, then they are trimmed, not lost, and equal in each copy', async () => {
        const transitions = Array.from({ length: 200 }, (_, metric) =>
          aTransition({
            type: 'measured',
            message: 'é'.repeat(10_000),
            details: { metric, value: '\n'.repeat(50_000) },
          }),
        );
        const record = aRecord({ releaseId: release.id, transitions });
        expect(await history.record(rollout, record)).toBe('recorded');
        const latest = (await history.latest(rollout))!;
        expect(latest.pending).toHaveLength(200);
        expect(jsonBytes(latest.pending)).toBeLessThan(250_000);
        expect(latest.pending[7]).toMatchObject({ type: 'measured', details: { metric: 7, trimmed: true } });
        await history.file(rollout, { ...latest, pending: transitions });
        const filed = await history.transitions(release.id);
        expect(filed.map(({ message, details }) => ({ message, details }))).toEqual(
          latest.pending.map(({ message, details }) => ({ message, details })),
        );
      });

      async function fileOne(key: ObjectKey, expectedVersion: number, transition: Transition): Promise<void> {
        await history.record(key, aRecord({ expectedVersion, releaseId: release.id, transitions: [transition] }));
        await history.file(key, (await history.latest(key))!);
        await history.told(key, expectedVersion + 1);
      }
    });

    describe('releases', () => {
      it('given a release that evolves, then its summary is the newest one', async () => {
        await fileSummary(1, release);
        await fileSummary(2, { ...release, weights: [20] });
        const ended: ReleaseSummary = { ...release, weights: [20], outcome: 'promoted', finishedAt: START + HOUR };
        await fileSummary(3, ended);
        expect(await history.release(release.id)).toEqual(ended);
        expect(await history.releases(rollout)).toEqual([ended]);
      });

      it('given a worker that fell behind, when it files an older version, then the summary does not go back', async () => {
        await fileSummary(10, { ...release, outcome: 'aborted' });
        await fileSummary(9, release);
        expect(await history.releases(rollout)).toMatchObject([{ outcome: 'aborted' }]);
      });

      it('given a crash after the record, when the same version is filed again, then that is no error', async () => {
        await fileSummary(2, release);
        await fileSummary(2, release);
        expect(await history.releases(rollout)).toEqual([release]);
      });

      it('given several releases of several rollouts, then those of one come newest first, up to the limit', async () => {
        const other = { ...rollout, name: 'checkout-2' };
        for (const revision of [2, 1, 4, 3]) await fileSummary(revision, aRelease(rollout, { revision }));
        await fileSummary(1, aRelease(other, { revision: 9 }));
        await fileSummary(1, aRelease({ ...rollout, namespace: 'staging' }, { revision: 8 }));
        expect((await history.releases(rollout)).map(({ revision }) => revision)).toEqual([4, 3, 2, 1]);
        expect((await history.releases(rollout, 2)).map(({ revision }) => revision)).toEqual([4, 3]);
        expect(await history.releases(rollout, 0)).toEqual([]);
        expect(await history.releases({ ...rollout, name: 'unknown' })).toEqual([]);
        expect(await history.release('unknown')).toBeUndefined();
      });

      it('given releases around midnight UTC, then a day has those that started in it, newest first', async () => {
        const year = 2100 + homes;
        const midnight = Date.UTC(year, 0, 2);
        const starts = [midnight - 1, midnight, midnight + HOUR, midnight + 24 * HOUR - 1, midnight + 24 * HOUR];
        for (const [index, startedAt] of starts.entries()) {
          await fileSummary(1, aRelease(rollout, { revision: index + 1, startedAt }));
        }
        const revisions = (await history.releasesOfDay(`${year}-01-02`)).map(({ revision }) => revision);
        expect(revisions).toEqual([4, 3, 2]);
        expect(await history.releasesOfDay(`${year}-02-02`)).toEqual([]);
      });

      async function fileSummary(version: number, summary: ReleaseSummary): Promise<void> {
        await history.file(rollout, {
          version,
          fence: 1,
          state: {},
          releaseId: summary.id,
          release: summary,
          pending: [],
        });
      }
    });

    async function places(releaseId: string): Promise<string[]> {
      const filed = await history.transitions(releaseId);
      return filed.map(({ message, version, index }) => `${message} ${version}/${index}`);
    }
  });
}

function aRecord(fields: Partial<NewRecord> = {}): NewRecord {
  return { expectedVersion: 0, fence: 1, state: {}, transitions: [], ...fields };
}

function aTransition(fields: Partial<Transition> = {}): Transition {
  return { type: 'phase-changed', at: START, message: 'Progressing', details: {}, ...fields };
}

function aRelease(rollout: ObjectKey, fields: Partial<ReleaseSummary> & { revision: number }): ReleaseSummary {
  return {
    id: `${rollout.cluster}-${rollout.name}.${fields.revision}.abc`,
    cluster: rollout.cluster,
    namespace: rollout.namespace,
    rollout: rollout.name,
    podHash: 'abc',
    strategy: 'canary',
    startedAt: START + fields.revision * MINUTE,
    outcome: 'running',
    reason: '',
    weights: [],
    ...fields,
  };
}

/** JSON deeper than a database's own maps may be. */
function nested(depth: number): { [key: string]: ReturnType<typeof nested> } {
  return depth === 0 ? {} : { inner: nested(depth - 1) };
}

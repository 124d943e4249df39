/** The form of an event's detail, version 1: `docs/events.schema.json` is made of it, and real events are held against it. */
import * as z from 'zod';
import { EVENT_VERSION } from './detail.ts';

const instant = z.number().describe('Milliseconds since 1970, UTC');
const name = z.string().min(1);

const release = z
  .looseObject({
    id: name.describe('<uid of the Rollout>.<revision>.<pod hash>'),
    cluster: name,
    namespace: name,
    rollout: name,
    revision: z.int().nonnegative(),
    podHash: z.string(),
    strategy: z.enum(['canary', 'blueGreen']),
    startedAt: instant,
    finishedAt: instant.optional(),
    outcome: z.enum(['running', 'promoted', 'aborted', 'superseded']),
    reason: z.string().describe('Why it ended as it did; empty while it runs'),
    weights: z.array(z.number()).describe('Set weights in the order in which they were reached, percent'),
  })
  .describe('The release as it is at this transition');

export const eventDetail = z
  .looseObject({
    version: z.literal(EVENT_VERSION),
    id: name.describe('The same whenever the event is delivered again'),
    key: z
      .looseObject({
        cluster: name,
        kind: z.enum(['Rollout', 'AnalysisRun', 'Experiment']),
        namespace: name,
        name,
      })
      .describe('The object that changed'),
    releaseId: z.string().optional(),
    release: release.optional(),
    transition: z.looseObject({
      type: name.describe('What happened; more may come'),
      at: instant,
      message: z.string().describe('A sentence that a person reads'),
      details: z
        .record(z.string(), z.unknown())
        .describe('What a program reads; {"truncated": true} where it would have been larger than an event may be'),
    }),
  })
  .describe(
    "Detail of Weir's events on EventBridge. Unknown fields are to be ignored: new ones do not raise the version.",
  );

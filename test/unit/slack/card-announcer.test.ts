import { beforeEach, describe, expect, it } from '@jest/globals';
import { TransientError } from '#core/errors.ts';
import type { RecordedTransition, ReleaseSummary, TransitionType } from '#core/history/record.ts';
import type { Told } from '#core/messages/story.ts';
import { createMemoryCursorStore } from '#shared/history/memory-cursor-store.ts';
import type { ReleaseEvent } from '#shared/ports.ts';
import { createCardAnnouncer } from '#shared/slack/card-announcer.ts';
import { createSlackWebApi } from '#shared/slack/web-api.ts';
import { createSlackWebApi as createStandIn, type SlackWebApi } from '../../../infra/local/slack-web-api.ts';
import { createNotifierHandler } from '../../../functions/notifier/handler.ts';
import { aLog } from '../../support/quiet-log.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';
import { RELEASE } from '../../support/a-release.ts';

const KEY = { cluster: 'eu', kind: 'Rollout', namespace: 'shop', name: 'cart' } as const;

let clock: VirtualClock;
let slack: SlackWebApi;
let history: Told;
let announce: (event: ReleaseEvent) => Promise<void>;
/** What the notifier does with an event, told already or not. */
let notify: (event: ReleaseEvent) => Promise<void>;
/** What history answers next, one after the other; then what it knows. */
let answers: (() => Promise<Told>)[];
/** What happens while the next write of a cursor is answered. */
let meanwhile: (() => Promise<void>) | undefined;

beforeEach(() => {
  clock = new VirtualClock();
  answers = [];
  meanwhile = undefined;
  const cursors = createMemoryCursorStore();
  slack = createStandIn(() => clock.now());
  history = { release: RELEASE, transitions: [], orders: [] };
  const ask = (async (url: string, init: RequestInit = {}) => {
    const { pathname, searchParams } = new URL(url);
    const rawBody = (init.body as string | undefined) ?? '';
    const failure = slack.fails[0];
    const request = {
      method: init.method ?? 'GET',
      path: pathname,
      headers: {},
      query: Object.fromEntries(searchParams),
      rawBody,
    };
    const { status, body } = await slack.handle(request);
    const headers = failure?.retryAfter === undefined ? {} : { 'retry-after': String(failure.retryAfter) };
    return new Response(JSON.stringify(body), { status, headers });
  }) as typeof fetch;
  const announcer = createCardAnnouncer({
    chat: createSlackWebApi({ token: async () => 'xoxb', log: aLog(), fetch: ask }),
    cursors: { ...cursors, set: (...write) => cursors.set(...write).finally(duringAnswer) },
    clock,
    log: aLog(),
    channel: 'C1',
    tell: async () => answers.shift()?.() ?? history,
  });
  announce = (event) => announcer.announce(event);
  const deliver = createNotifierHandler({ announcer, sent: createMemoryCursorStore() });
  notify = (event) => deliver({ detail: event });
});

async function duringAnswer(): Promise<void> {
  const happens = meanwhile;
  meanwhile = undefined;
  await happens?.();
}

/** History knows it first; then the bus tells of it. */
function happened(type: TransitionType, message: string, release: Partial<ReleaseSummary> = {}): ReleaseEvent {
  const transition: RecordedTransition = {
    type,
    at: clock.now(),
    message,
    details: {},
    release: RELEASE.id,
    object: 'o',
    version: history.transitions.length + 1,
    index: 0,
  };
  history = {
    ...history,
    release: { ...history.release, ...release },
    transitions: [...history.transitions, transition],
  };
  return {
    id: `t/${history.transitions.length}`,
    key: KEY,
    releaseId: RELEASE.id,
    release: history.release,
    transition,
  };
}

const cards = () => slack.posts.filter(({ thread }) => thread === undefined);
const thread = () => slack.posts.filter((post) => post.thread !== undefined).map(({ text }) => text);

describe('given a release that is told in Slack', () => {
  it('when it goes on, then there is one card, edited in place, and its thread tells the rest', async () => {
    await announce(happened('release-started', 'Release of revision 2 started'));
    await announce(happened('weight-changed', 'Weight 20 %', { weights: [20] }));
    await announce(happened('measured', 'success-rate = 1'));
    await announce(happened('promoted', 'Completed all 2 canary steps', { outcome: 'promoted', reason: 'all steps' }));
    expect(cards()).toHaveLength(1);
    expect(cards()[0]?.text).toBe('eu/shop/cart: Promoted: all steps');
    expect(thread()).toEqual(['Weight 20 %', 'Completed all 2 canary steps']);
  });

  it('when an event is delivered again, or late, then nothing is told twice and the card does not go back', async () => {
    const started = happened('release-started', 'started');
    const weighed = happened('weight-changed', 'Weight 20 %', { weights: [20] });
    const aborted = happened('aborted', 'Rollout aborted', { outcome: 'aborted', reason: 'too many errors' });
    for (const event of [aborted, weighed, started, weighed, aborted]) await announce(event);
    expect(cards()).toHaveLength(1);
    expect(cards()[0]?.text).toContain('Aborted at 20 %: too many errors');
    expect(thread()).toEqual(['Rollout aborted', 'Weight 20 %']);
  });

  it('when one of two deliveries writes what it read long ago and then fails, then it comes again and mends the card', async () => {
    await notify(happened('release-started', 'started'));
    const weighed = happened('weight-changed', 'Weight 20 %', { weights: [20] });
    const [long, read] = [history, Promise.withResolvers<void>()];
    const thaw = Promise.withResolvers<Told>();
    answers.push(() => (read.resolve(), thaw.promise));
    const frozen = notify(weighed);
    await read.promise;
    await notify(weighed);
    await notify(happened('aborted', 'Rollout aborted', { outcome: 'aborted', reason: 'too many errors' }));
    answers.push(() => Promise.reject(new TransientError('history does not answer')));
    thaw.resolve(long);
    await expect(frozen).rejects.toThrow('history does not answer');
    expect(cards()[0]?.text).not.toContain('Aborted');
    await notify(weighed);
    expect(cards()[0]?.text).toContain('Aborted at 20 %: too many errors');
    expect(thread()).toEqual(['Weight 20 %', 'Rollout aborted']);
  });

  it('when the release was read before its reason was filed, and its transitions after that, then the reason follows', async () => {
    const early = { ...RELEASE, outcome: 'aborted', reason: 'Rollout aborted' } as const;
    const aborted = happened('aborted', 'Rollout aborted', { ...early, reason: 'too many errors' });
    answers.push(async () => ({ ...history, release: early }));
    await announce(aborted);
    expect(cards()[0]?.text).toContain('too many errors');
  });

  it('when Slack took the card and the answer was lost, then it is found again and not posted a second time', async () => {
    const event = happened('release-started', 'started');
    slack.fails.push({ status: 500, done: true });
    await expect(announce(event)).rejects.toThrow('Slack did not do chat.postMessage');
    await clock.advance(31_000);
    await announce(event);
    expect(cards()).toHaveLength(1);
  });

  it('when Slack did not take it, then it is posted once it is reachable', async () => {
    const event = happened('release-started', 'started');
    slack.fails.push({ status: 503 });
    await expect(announce(event)).rejects.toThrow();
    await clock.advance(31_000);
    await announce(event);
    expect(cards()).toHaveLength(1);
  });

  it('when another worker is posting it at this moment, then it is left to that one', async () => {
    const event = happened('release-started', 'started');
    const [one, other] = await Promise.allSettled([announce(event), announce(event)]);
    expect([one.status, other.status].toSorted()).toEqual(['fulfilled', 'rejected']);
    await clock.advance(31_000);
    await announce(event);
    expect(cards()).toHaveLength(1);
  });

  it('when a worker freezes after its intent and another one posts, then it posts nothing when it wakes', async () => {
    const event = happened('release-started', 'started');
    meanwhile = async () => {
      await clock.advance(31_000);
      await announce(event);
    };
    await expect(announce(event)).rejects.toThrow('is posted too late');
    expect(cards()).toHaveLength(1);
  });

  it('when Slack asks for patience, then that is how long it is waited', async () => {
    slack.fails.push({ status: 429, retryAfter: 30 });
    await expect(announce(happened('release-started', 'started'))).rejects.toMatchObject({ retryAfter: 30_000 });
  });

  it('when the channel is archived, then that is remembered for the release, which is not disturbed', async () => {
    slack.archived.add('C1');
    await announce(happened('release-started', 'started'));
    slack.archived.delete('C1');
    await announce(happened('paused', 'Paused'));
    expect(slack.posts).toEqual([]);
  });

  it('when Slack refuses the card as too large, then a shorter one is told', async () => {
    slack.fails.push({ status: 200, error: 'msg_blocks_too_long' });
    await announce(happened('release-started', 'started'));
    expect(cards()).toHaveLength(1);
  });

  it('when the Rollout names channels, then its card goes there', async () => {
    history = { ...history, release: { ...RELEASE, notify: ['C2', 'C3'] } };
    await announce(happened('release-started', 'started'));
    expect(cards().map(({ channel }) => channel)).toEqual(['C2', 'C3']);
  });

  it('when it replaces nothing, then it is no news', async () => {
    history = { ...history, release: { ...RELEASE, stableHash: '' } };
    await announce(happened('release-started', 'First deployment'));
    expect(slack.posts).toEqual([]);
  });
});

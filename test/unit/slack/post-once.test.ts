import { beforeEach, describe, expect, it } from '@jest/globals';
import { MINUTE, type Instant } from '#core/time.ts';
import { createMemoryCursorStore } from '#shared/history/memory-cursor-store.ts';
import type { CursorStore } from '#shared/ports.ts';
import type { Chat, Place } from '#shared/slack/chat.ts';
import { postOnce } from '#shared/slack/post-once.ts';
import { createSlackWebApi } from '#shared/slack/web-api.ts';
import { createSlackWebApi as createStandIn, type SlackWebApi } from '../../../infra/local/slack-web-api.ts';
import { aLog } from '../../support/quiet-log.ts';

const POSTING = { channel: 'C1', mark: 'card/u.2.bbb' };
const MESSAGE = { text: 'It has begun', blocks: [] };

let slack: SlackWebApi;
let chat: Chat;
let cursors: CursorStore;
let log: ReturnType<typeof aLog>;
/** What happens before the next posts arrive in Slack, one after the other. */
let meanwhile: (() => Promise<void>)[];

beforeEach(() => {
  slack = createStandIn(() => 0);
  cursors = createMemoryCursorStore();
  log = aLog();
  meanwhile = [];
  const ask = (async (url: string, { method = 'GET', body }: RequestInit = {}) => {
    const { pathname: path, searchParams } = new URL(url);
    const query = Object.fromEntries(searchParams);
    const answer = await slack.handle({
      method,
      path,
      headers: {},
      query,
      rawBody: (body as string | undefined) ?? '',
    });
    return new Response(JSON.stringify(answer.body), { status: answer.status });
  }) as typeof fetch;
  const webApi = createSlackWebApi({ token: async () => 'xoxb', log, fetch: ask });
  chat = { ...webApi, post: async (posting) => (await meanwhile.shift()?.(), webApi.post(posting)) };
});

function postedAt(now: Instant): Promise<Place | undefined> {
  return postOnce(POSTING, [MESSAGE], { chat, cursors, clock: { now: () => now } });
}

const inSlack = () => slack.posts.map(({ channel, ts }) => ({ channel, ts }));

describe('given two workers whose clocks are minutes apart, so that one takes the other for dead', () => {
  it('when the second has posted first, then the first takes its own back and both tell of one place', async () => {
    let second: Place | undefined;
    meanwhile.push(async () => void (second = await postedAt(4 * MINUTE)));
    const first = await postedAt(0);
    expect(first).toEqual(second);
    expect(inSlack()).toEqual([second]);
  });

  it('when the first has posted while the second was about to, then the second takes its own back', async () => {
    const [begun, thaw] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    meanwhile.push(() => (begun.resolve(), thaw.promise));
    const first = postedAt(0);
    await begun.promise;
    meanwhile.push(async () => (thaw.resolve(), void (await first)));
    const second = await postedAt(4 * MINUTE);
    expect(second).toEqual(await first);
    expect(inSlack()).toEqual([second]);
  });

  it('when the channel was archived between their posts, then what was posted stands', async () => {
    let second: Place | undefined;
    meanwhile.push(async () => {
      second = await postedAt(4 * MINUTE);
      slack.archived.add('C1');
    });
    expect(await postedAt(0)).toEqual(second);
    expect(inSlack()).toEqual([second]);
  });

  it('when the second has found what the first has posted, then it stays', async () => {
    const stored = cursors;
    let second: Place | undefined;
    let writes = 0;
    cursors = {
      ...stored,
      async set(...write) {
        if (++writes === 2) second = await postedAt(4 * MINUTE);
        return stored.set(...write);
      },
    };
    expect(await postedAt(0)).toEqual(second);
    expect(inSlack()).toEqual([second]);
  });
});

describe('given a bot without the scope to read what was posted', () => {
  /** A worker wrote its intent and died; who comes after it may not look. */
  async function afterACrash(mark: string): Promise<Place | undefined> {
    const intent = JSON.stringify({ state: 'intent', since: 0, at: 0 });
    await cursors.set(`slack/C1/${mark}`, intent, undefined);
    slack.fails.push({ status: 200, error: 'missing_scope' });
    return postOnce({ ...POSTING, mark }, [MESSAGE], { chat, cursors, clock: { now: () => MINUTE } });
  }

  it('when a post may have been made before, then it is made, and the log says once which scope is missing', async () => {
    const places = [await afterACrash('card/a'), await afterACrash('card/b')];
    expect(inSlack()).toEqual(places);
    expect(log.said).toEqual([
      {
        level: 'warn',
        message: expect.stringContaining('channels:history'),
        fields: { channel: 'C1', error: 'missing_scope' },
      },
    ]);
  });
});

import { describe, expect, it } from '@jest/globals';
import { TransientError } from '#core/errors.ts';
import type { ReleaseEvent } from '#shared/ports.ts';
import { createSlackAnnouncer } from '#shared/slack/announcer.ts';

const EVENT: ReleaseEvent = {
  id: 'e1',
  key: { cluster: 'prod', kind: 'Rollout', namespace: 'shop', name: 'web' },
  releaseId: undefined,
  release: undefined,
  transition: { type: 'aborted', at: 0, message: 'Aborted: <!channel> 5 > 3', details: {} },
};

function setUp(answer: () => Response | Promise<Response>, channel: string | undefined = '#releases') {
  const asked: { url: string; init: RequestInit }[] = [];
  const ask = async (url: unknown, init: RequestInit = {}) => {
    asked.push({ url: String(url), init });
    return answer();
  };
  const announcer = createSlackAnnouncer({ channel, token: async () => 'xoxb-1', fetch: ask as typeof fetch });
  return { announcer, asked };
}

describe('given the announcer of Slack', () => {
  it('when something is announced, then the channel reads it, and nobody is called by what a manifest says', async () => {
    const { announcer, asked } = setUp(() => Response.json({ ok: true }));
    await announcer.announce(EVENT);
    expect(asked[0]?.url).toBe('https://slack.com/api/chat.postMessage');
    expect(JSON.parse(String(asked[0]?.init.body))).toMatchObject({
      channel: '#releases',
      text: 'prod/shop/web: Aborted: &lt;!channel&gt; 5 &gt; 3',
    });
    expect(new Headers(asked[0]?.init.headers).get('authorization')).toBe('Bearer xoxb-1');
  });

  it('when no channel is configured, then nothing is asked', async () => {
    const asked: unknown[] = [];
    const ask = (async (url: unknown) => asked.push(url)) as unknown as typeof fetch;
    await createSlackAnnouncer({ channel: undefined, token: async () => 't', fetch: ask }).announce(EVENT);
    expect(asked).toEqual([]);
  });

  it.each([
    {
      given: 'refuses with 200',
      answer: () => Response.json({ ok: false, error: 'channel_not_found' }),
      says: 'channel_not_found',
    },
    { given: 'is limited', answer: () => new Response('', { status: 429 }), says: 'it answered 429' },
    { given: 'does not answer', answer: () => Promise.reject(new Error('ECONNRESET')), says: 'ECONNRESET' },
  ])('when Slack $given, then it is tried again later, and the log says why', async ({ answer, says }) => {
    const { announcer } = setUp(answer);
    const announcing = announcer.announce(EVENT);
    await expect(announcing).rejects.toThrow(TransientError);
    await expect(announcing).rejects.toThrow(says);
  });
});

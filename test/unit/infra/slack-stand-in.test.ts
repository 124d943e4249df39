import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { httpFunction } from '#shared/lambda.ts';
import { createSlackWebApi } from '#shared/slack/web-api.ts';
import type { WebRequest } from '#shared/web-request.ts';
import { isSignedBySlack } from '../../../functions/slack/signature.ts';
import { parseClick } from '../../../functions/slack/interaction.ts';
import { startSlack, type SlackStandIn } from '../../../infra/local/slack.ts';
import { startWebServer, type WebServer } from '../../../infra/local/web-server.ts';
import { aLog } from '../../support/quiet-log.ts';

let slack: SlackStandIn;
let weir: WebServer;
let received: WebRequest[];

beforeEach(async () => {
  received = [];
  slack = await startSlack('secret', { now: Date.now });
  const handle = async (request: WebRequest) => {
    received.push(request);
    return { status: 200, body: {} };
  };
  weir = await startWebServer({
    slack: httpFunction({ name: 'slack', handle }, { log: aLog(), clock: { now: () => 0 } }),
  });
  slack.connect(`${weir.url}/slack`);
});
afterEach(async () => {
  await weir.stop();
  await slack.stop();
});

const BUTTON = {
  type: 'button',
  action_id: 'weir_abort',
  text: { type: 'plain_text', text: 'Abort' },
  value: JSON.stringify({ cluster: 'c', namespace: 'n', name: 'web', binding: { uid: 'u', podHash: 'b' } }),
  confirm: { text: { type: 'plain_text', text: 'web in "c/n" goes back.' } },
};

async function aCard() {
  const chat = createSlackWebApi({ token: async () => 't', log: aLog(), address: slack.api });
  const blocks = [
    { type: 'header', text: { type: 'plain_text', text: 'Paused: <script>web</script>' } },
    { type: 'section', text: { type: 'mrkdwn', text: '`a:1` → `a:2` &lt;img&gt;\n```metric  1 &lt; 2```' } },
    { type: 'actions', elements: [BUTTON] },
  ];
  const posted = await chat.post({ channel: '#releases', mark: 'm', message: { text: 'web', blocks } });
  if (posted.state !== 'posted') throw new Error(posted.error);
  const line = { text: '40 %', blocks: [{ type: 'section', text: { type: 'plain_text', text: 'weight is 40 %' } }] };
  await chat.post({ channel: posted.channel, thread: posted.ts, mark: 'r', message: line });
}

describe('given the stand-in for a Slack workspace', () => {
  it('when a card is posted, then the page shows it with its thread, and nothing in it is markup of the page', async () => {
    await aCard();
    const page = await (await fetch(slack.page)).text();
    expect(page).toContain('<h2>Paused: &#60;script&#62;web&#60;/script&#62;</h2>');
    expect(page).toContain('<code>a:1</code> → <code>a:2</code> &#60;img&#62;');
    expect(page).toContain('<pre>metric  1 &#60; 2</pre>');
    expect(page).toContain('1 replies');
    expect(page).toContain('weight is 40 %');
  });

  it('when its button is clicked on the page, then Weir gets the click that Slack would send, signed', async () => {
    await aCard();
    const body = new URLSearchParams({ action: BUTTON.action_id, value: BUTTON.value });
    const answer = await fetch(new URL('/click', slack.page), { method: 'POST', body, redirect: 'manual' });
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/releases']);
    const rawBody = received[0]?.rawBody ?? '';
    const signature = received[0]?.headers['x-slack-signature'];
    const timestamp = received[0]?.headers['x-slack-request-timestamp'];
    expect(isSignedBySlack({ rawBody, timestamp, signature }, ['secret'], Date.now())).toBe(true);
    expect(parseClick(rawBody)).toMatchObject({
      teamId: 'T0LOCAL',
      userId: 'U0ANA',
      responseUrl: expect.stringContaining(`http://${slack.host}/commands/`) as unknown,
      command: { verb: 'abort', rollout: { name: 'web' } },
    });
  });

  it('when another page of the browser would click, then it is refused', async () => {
    const body = new URLSearchParams({ action: BUTTON.action_id, value: BUTTON.value });
    const headers = { 'sec-fetch-site': 'cross-site' };
    expect((await fetch(new URL('/click', slack.page), { method: 'POST', body, headers })).status).toBe(403);
    expect(received).toEqual([]);
  });
});

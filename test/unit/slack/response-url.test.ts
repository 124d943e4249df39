import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { httpFunction } from '#shared/lambda.ts';
import { answerThrough } from '#shared/slack/response-url.ts';
import type { WebRequest } from '#shared/web-request.ts';
import { startSlack, type SlackStandIn } from '../../../infra/local/slack.ts';
import { startWebServer, type WebServer } from '../../../infra/local/web-server.ts';
import { aLog } from '../../support/quiet-log.ts';

let slack: SlackStandIn;
let weir: WebServer;
let commands: WebRequest[];

beforeEach(async () => {
  commands = [];
  slack = await startSlack('secret', { now: Date.now });
  const handle = async (request: WebRequest) => {
    commands.push(request);
    return { status: 200, body: { text: 'Accepted' } };
  };
  weir = await startWebServer({
    slack: httpFunction({ name: 'slack', handle }, { log: aLog(), clock: { now: () => 0 } }),
  });
});
afterEach(async () => {
  await weir.stop();
  await slack.stop();
});

async function aResponseUrl(): Promise<string> {
  slack.connect(`${weir.url}/slack`);
  await slack.type('list');
  return new URLSearchParams(commands.at(-1)?.rawBody).get('response_url') ?? '';
}

describe('given a slash command whose order was applied', () => {
  it('when it is answered, then the asker reads it in Slack, markup made harmless', async () => {
    await answerThrough(await aResponseUrl(), 'aborted <!channel> & more', { hosts: [slack.host] });
    expect(slack.answers).toEqual(['aborted &lt;!channel&gt; &amp; more']);
  });

  it('when the text is longer than a message may be, then it is shortened', async () => {
    await answerThrough(await aResponseUrl(), 'x'.repeat(50_000), { hosts: [slack.host] });
    expect(slack.answers[0]).toHaveLength(3_000);
  });

  it('when the response_url leads elsewhere, then nothing is sent', async () => {
    const url = await aResponseUrl();
    await expect(answerThrough(url, 'hello', { hosts: ['hooks.slack.com'] })).rejects.toThrow('which is not Slack');
    expect(slack.answers).toEqual([]);
  });

  it('when it was answered five times, then Slack takes no more, and that is told', async () => {
    const url = await aResponseUrl();
    for (let post = 0; post < 5; post++) await answerThrough(url, `answer ${post}`, { hosts: [slack.host] });
    await expect(answerThrough(url, 'one more', { hosts: [slack.host] })).rejects.toThrow('Slack answered 404');
    expect(slack.answers).toHaveLength(5);
  });

  it('when the response_url is unknown, then that is told', async () => {
    const url = await aResponseUrl();
    await expect(answerThrough(`${url}0`, 'hello', { hosts: [slack.host] })).rejects.toThrow('Slack answered 404');
  });
});

/** What Alertmanager and Slack send, each request a new one, signed as they sign it. */
import { Agent, request } from 'node:http';
import { SECOND } from '#core/time.ts';
import { sign } from '../../functions/slack/signature.ts';
import type { RunningWeir } from '../cluster/support/controllers.ts';

/** Each tells whether it was accepted. */
export interface Senders {
  alert(target: { readonly name: string; readonly podHash: string }, severity: string): Promise<boolean>;
  slash(text: string): Promise<boolean>;
}

export function createSenders({ url, tokens }: Pick<RunningWeir, 'url' | 'tokens'>, namespace: string): Senders {
  const agent = new Agent({ keepAlive: true });
  let count = 0;
  function post(path: string, headers: Readonly<Record<string, string>>, body: string): Promise<Answer> {
    return answered(`${url}${path}`, agent, headers, body);
  }
  return {
    async alert({ name, podHash }, severity) {
      const labels = { alertname: 'Errors', severity, namespace, rollout: name, rollouts_pod_template_hash: podHash };
      const startsAt = new Date().toISOString();
      const alert = { status: 'firing', labels, annotations: {}, startsAt, fingerprint: `f${(count += 1)}` };
      const headers = { authorization: `Bearer ${tokens.alertmanagerToken}`, 'content-type': 'application/json' };
      return (await post('/alertmanager', headers, JSON.stringify({ version: '4', alerts: [alert] }))).status === 200;
    },
    async slash(text) {
      // Slack's trigger_id is another one each time, and so is the signature.
      const who = { team_id: 'T1', user_id: `U${(count += 1) % 10}`, channel_id: 'C1', trigger_id: String(count) };
      const body = new URLSearchParams({ command: '/weir', text, ...who }).toString();
      const timestamp = String(Math.floor(Date.now() / SECOND));
      const signature = sign(tokens.slackSigningSecret, timestamp, body);
      const headers = { 'x-slack-request-timestamp': timestamp, 'x-slack-signature': signature };
      const form = { 'content-type': 'application/x-www-form-urlencoded' };
      const { status, text: says } = await post('/slack', { ...form, ...headers }, body);
      return status === 200 && !says.includes('Not done');
    },
  };
}

interface Answer {
  readonly status: number;
  readonly text: string;
}

/** A kept connection that the server closes in this moment says nothing of the request: it is sent again, as every client does. */
async function answered(...asked: Asked): Promise<Answer> {
  for (;;) {
    const answer = await answeredOnce(...asked);
    if (answer !== 'connection closed') return answer;
  }
}

const NO_ANSWER: Answer = { status: 0, text: '' };

type Asked = readonly [url: string, agent: Agent, headers: Readonly<Record<string, string>>, body: string];

function answeredOnce(...[url, agent, headers, body]: Asked): Promise<Answer | 'connection closed'> {
  return new Promise((resolve) => {
    const asked = request(url, { method: 'POST', agent, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', () => resolve(NO_ANSWER));
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') });
      });
    });
    asked.on('error', () => resolve(asked.reusedSocket ? 'connection closed' : NO_ANSWER));
    asked.end(body);
  });
}

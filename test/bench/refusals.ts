/**
 * `node test/bench/refusals.ts`: how long a webhook that is too large or too deep keeps a function (W-2: at most 200 ms), the
 * slowest of twenty.
 */
import { createMemoryOrderStore } from '#shared/history/memory-order-store.ts';
import { createLogger } from '#shared/logger.ts';
import { alertmanagerFunction } from '../../functions/alertmanager/function.ts';
import { localContext } from '../../infra/local/context.ts';

const MOST_MS = 200;
const MIB = 1024 * 1024;
const ALERT = { status: 'firing', labels: {}, annotations: {}, startsAt: '2026-01-01T00:00:00Z' };
const alerts = (count: number, more: object = {}) =>
  JSON.stringify({
    version: '4',
    alerts: Array.from({ length: count }, (_, n) => ({ ...ALERT, fingerprint: `f${n}`, ...more })),
  });

const BODIES: Readonly<Record<string, string>> = {
  '1 MiB and a byte': 'x'.repeat(MIB + 1),
  '6 MB': 'x'.repeat(6_000_000),
  '10 MB': 'x'.repeat(10_000_000),
  '10,000 alerts': alerts(10_000),
  'a label of 1 MB': alerts(1, { labels: { a: 'x'.repeat(MIB) } }),
  'lists of depth 10,000': '['.repeat(10_000) + ']'.repeat(10_000),
  'lists of depth 500,000': '['.repeat(500_000) + ']'.repeat(500_000),
  'objects of depth 10,000': '{"a":'.repeat(10_000) + '1' + '}'.repeat(10_000),
  '1 MiB of alerts that are none': `{"version":"4","alerts":[${'{},'.repeat(300_000)}{}]}`,
};

const handler = alertmanagerFunction({
  clock: { now: Date.now },
  log: createLogger({ service: 'bench', level: 'error' }),
  orders: createMemoryOrderStore(),
  sender: { send: async () => undefined },
  tokens: async () => ['token'],
});

async function slowest(text: string): Promise<{ ms: number; status: number }> {
  let [ms, status] = [0, 0];
  const body = Buffer.from(text).toString('base64');
  for (let round = 0; round < 20; round += 1) {
    const headers = { authorization: 'Bearer token' };
    const requestContext = { http: { method: 'POST' } };
    const event = { rawPath: '/', rawQueryString: '', headers, isBase64Encoded: true, body, requestContext };
    const begun = performance.now();
    const answer = await handler(event, localContext('alertmanager'));
    ms = Math.max(ms, performance.now() - begun);
    status = answer.statusCode ?? 0;
  }
  return { ms, status };
}

for (const [name, text] of Object.entries(BODIES)) {
  const { ms, status } = await slowest(text);
  console.log(`${name.padEnd(31)} ${status} ${ms.toFixed(1).padStart(7)} ms`);
  if (ms > MOST_MS || ![400, 413].includes(status)) process.exitCode = 1;
}

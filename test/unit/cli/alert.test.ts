import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { httpFunction } from '#shared/lambda.ts';
import type { WebRequest, WebResponse } from '#shared/web-request.ts';
import { alert } from '../../../cli/alert.ts';
import type { Io } from '../../../cli/io.ts';
import { startWebServer, type WebServer } from '../../../infra/local/web-server.ts';
import { aLog } from '../../support/quiet-log.ts';

const EXPLAINED = [
  {
    alert: 'Errors',
    status: 'firing',
    labels: {},
    rollouts: [{ rollout: { cluster: 'eu', namespace: 'shop', name: 'cart' }, action: 'abort', because: 'critical' }],
  },
  { alert: 'DiskFull', status: 'firing', labels: {}, missing: 'no rollout has pod=a', rollouts: [] },
];
const DELIVERED = [
  { alert: 'Errors', status: 'firing', labels: {}, receivedAt: 0, state: 'refused', verdict: 'matches no rollout' },
];

let folder: string;
let server: WebServer;
let printed: string[];
let asked: WebRequest[];

async function api(request: WebRequest): Promise<WebResponse> {
  asked.push(request);
  return { status: 200, body: { alerts: request.method === 'POST' ? EXPLAINED : DELIVERED } };
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'weir-alert-'));
  printed = [];
  asked = [];
  const ports = { log: aLog(), clock: { now: () => 0 } };
  server = await startWebServer({ api: httpFunction({ name: 'api', handle: api }, ports) });
});
afterEach(async () => {
  await server.stop();
  rmSync(folder, { recursive: true });
});

function run(...args: readonly string[]) {
  const io: Io = {
    print: (text) => void printed.push(text),
    error: () => undefined,
    paint: (_colour, text) => text,
    isTerminal: false,
    environment: {},
  };
  return alert.run([...args, '--server', server.url], io);
}

describe('given weir alert', () => {
  it('when a payload is tested, then each alert is told with what it would do and why', async () => {
    const file = join(folder, 'payload.json');
    writeFileSync(file, '{"version":"4","alerts":[]}');
    expect(await run('test', file)).toBe(0);
    expect(asked[0]?.rawBody).toBe('{"version":"4","alerts":[]}');
    expect(printed[0]).toBe(
      'Errors (firing): eu/shop/cart: abort: critical\nDiskFull (firing): nothing: no rollout has pod=a',
    );
  });

  it('when deliveries are listed, then those that matched nothing are among them', async () => {
    expect(await run('list')).toBe(0);
    expect(printed[0]).toBe('1970-01-01T00:00:00Z  Errors (firing)  matches no rollout');
  });

  it.each([[['test']], [['explode']], [[]], [['test', '/no/such/file']]])(
    'when called with %j, then it is told',
    (args) => {
      return expect(async () => run(...args)).rejects.toThrow(/weir alert test FILE|cannot be read/);
    },
  );
});

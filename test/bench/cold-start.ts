/**
 * `node test/bench/cold-start.ts [-- --json]`: how much later than an empty handler each function gives its first answer, on
 * Lambda's own runtime client. Medians, variants interleaved; the first round is dropped. Machines differ, and on Lambda itself
 * functions have a part of a CPU: what is allowed grows with the time that the empty handler takes here.
 */
import { createHmac } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FunctionName } from '#shared/aws/environment.ts';
import { admissionKey } from '../../functions/admission/paths.ts';
import { bundle } from '../../infra/aws/bundle.ts';
import { SECRET, startColdWorld } from './cold-world.ts';
import { firstAnswer, runtimeClient, type FirstAnswer } from './lambda-runtime.ts';

const ROUNDS = Number(process.env['ROUNDS'] ?? 11);
/** Of the empty handler on the machine that the budget is for, ms. */
const REFERENCE_EMPTY = 35;
/** Milliseconds over the empty handler, there. */
const BUDGET: Partial<Record<FunctionName, number>> = {
  slack: 60,
  alertmanager: 60,
  admission: 60,
  tick: 250,
  reconcile: 250,
};

type World = Awaited<ReturnType<typeof startColdWorld>>;

function httpEvent(path: string, body: string, headers: Readonly<Record<string, string>> = {}) {
  return {
    rawPath: path,
    rawQueryString: '',
    headers,
    body,
    isBase64Encoded: false,
    requestContext: { http: { method: 'POST' } },
  };
}

let calls = 0;

const EVENTS: Partial<Record<FunctionName, (world: World) => Promise<unknown>>> = {
  async slack() {
    calls += 1;
    const body = `command=%2Fweir&text=help&team_id=T1&user_id=U${calls}`;
    const timestamp = String(Math.floor(Date.now() / 1_000));
    const signature = `v0=${createHmac('sha256', SECRET).update(`v0:${timestamp}:${body}`).digest('hex')}`;
    return httpEvent('/slack', body, { 'x-slack-request-timestamp': timestamp, 'x-slack-signature': signature });
  },
  async alertmanager() {
    calls += 1;
    const alert = {
      status: 'firing',
      labels: {},
      annotations: {},
      startsAt: new Date().toISOString(),
      fingerprint: `f${calls}`,
    };
    const body = JSON.stringify({ version: '4', alerts: [alert] });
    return httpEvent('/alertmanager', body, { authorization: `Bearer ${SECRET}` });
  },
  async admission({ rollout }) {
    calls += 1;
    const request = { uid: 'u', name: `r${calls}`, namespace: 'canary', operation: 'CREATE', object: rollout };
    return httpEvent(
      `/admission/bench/${admissionKey(SECRET, 'bench')}`,
      JSON.stringify({ apiVersion: 'admission.k8s.io/v1', request }),
    );
  },
  tick: async () => ({ id: 't' }),
  reconcile: async (world) => ({ Records: [{ messageId: 'm', body: JSON.stringify(await world.message()) }] }),
};

type Times = Readonly<Record<string, readonly FirstAnswer[]>>;

async function measure(): Promise<Times> {
  const client = runtimeClient();
  const parent = mkdtempSync(join(tmpdir(), 'weir-cold-'));
  const world = await startColdWorld();
  const empty = join(parent, 'empty');
  mkdirSync(empty);
  writeFileSync(join(empty, 'index.mjs'), 'export const handler = async () => ({});\n');
  const names = Object.keys(EVENTS) as FunctionName[];
  const folders = await Promise.all(names.map(async (name) => (await bundle(name, world.deployed, parent)).folder));
  const times: Record<string, FirstAnswer[]> = { empty: [], ...Object.fromEntries(names.map((name) => [name, []])) };
  try {
    for (let round = 0; round <= ROUNDS; round++) {
      const bare = await firstAnswer(client, empty, {}, {});
      if (round > 0) times['empty']?.push(bare);
      for (const [index, name] of names.entries()) {
        const event = await EVENTS[name]?.(world);
        const first = await firstAnswer(client, folders[index] ?? '', event, world.environment(name));
        assertServed(name, first.answer);
        if (round > 0) times[name]?.push(first);
      }
    }
  } finally {
    await world.stop();
    rmSync(parent, { recursive: true });
  }
  return times;
}

/** A refusal is quick, and no measurement. */
function assertServed(name: string, answer: unknown): void {
  const { statusCode = 200, batchItemFailures = [] } = answer as { statusCode?: number; batchItemFailures?: unknown[] };
  if (statusCode !== 200 || batchItemFailures.length > 0) throw new Error(`${name} answered ${JSON.stringify(answer)}`);
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

const times = await measure();
const of = (name: string, what: 'ms' | 'cpuMs') => Math.round(median((times[name] ?? []).map((first) => first[what])));
const rows = Object.keys(times).map((name) => {
  const [ms, cpuMs] = [of(name, 'ms'), of(name, 'cpuMs')];
  const over = { overMs: ms - of('empty', 'ms'), overCpuMs: cpuMs - of('empty', 'cpuMs') };
  const budget = BUDGET[name as FunctionName];
  const allowed = budget && Math.round((budget * of('empty', 'ms')) / REFERENCE_EMPTY);
  return { name, ms, cpuMs, ...over, budget, allowed };
});
if (process.argv.includes('--json')) console.log(JSON.stringify(rows));
else for (const row of rows) console.log(lineOf(row));
process.exitCode = rows.some(({ overMs, allowed }) => allowed !== undefined && overMs > allowed) ? 1 : 0;

function lineOf({ name, ms, cpuMs, overMs, overCpuMs, budget, allowed }: (typeof rows)[number]): string {
  const limit =
    allowed === undefined ? '' : `, at most +${allowed} ms (+${budget} where empty takes ${REFERENCE_EMPTY} ms)`;
  return `${name.padEnd(13)}${String(ms).padStart(5)} ms (+${overMs}), CPU ${String(cpuMs).padStart(4)} ms (+${overCpuMs})${limit}`;
}

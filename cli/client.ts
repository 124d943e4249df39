/** Weir's JSON API, as the verbs use it. By default that of the local stack started in this folder. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { create, type AxiosInstance } from 'axios';
import { TransientError } from '#core/errors.ts';
import type { Freezes } from '#core/commands/ordered-freeze.ts';
import { fullName, resolveName, type RolloutName } from '#core/commands/resolve-name.ts';
import type { AuditedOrder } from '#core/messages/audit.ts';
import type { RolloutView } from '#core/messages/tree/view.ts';
import type { Rollout } from '#core/resources/argo.ts';
import { SECOND } from '#core/time.ts';
import type { DeliveredAlert, ExplainedAlert } from '../functions/api/alerts.ts';
import type { ReleaseHistory } from '#shared/controllers/release-history.ts';
import type { ChainReport } from '#core/messages/chain-report.ts';
import type { Redriven } from '../functions/api/redrive.ts';
import type { Io } from './io.ts';

export interface Connection {
  readonly url: string;
  readonly token: string;
}

export interface ListedRollout {
  readonly name: RolloutName;
  readonly rollout: Rollout;
}

export interface OrderAnswer {
  readonly id: string;
  readonly state: 'accepted' | 'applied' | 'refused' | 'stale';
  readonly verdict?: string;
}

/** Weir answered, and said no. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** `--server` with WEIR_TOKEN, or the connection file of the local stack. @throws TransientError when there is neither */
export function connectionFrom(flags: { server?: string; data?: string }, { environment }: Io): Connection {
  if (flags.server !== undefined) return { url: flags.server, token: environment['WEIR_TOKEN'] ?? '' };
  const file = join(flags.data ?? '.weir', 'connection.json');
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Connection;
  } catch (error) {
    const hint = 'start the local stack with npm start, or name one with --server URL and WEIR_TOKEN';
    throw new TransientError(`no running stack: ${file} is not there; ${hint}`, { cause: error });
  }
}

/** API Gateway gives a function no longer; a first answer after a deployment, or many dead letters, can take a while. */
const LONGEST_ANSWER = 30 * SECOND;

export class Client {
  readonly #http: AxiosInstance;

  constructor({ url, token }: Connection) {
    const headers = { authorization: `Bearer ${token}` };
    this.#http = create({
      baseURL: `${url}/api`,
      headers,
      timeout: LONGEST_ANSWER,
      validateStatus: null,
      proxy: false,
    });
  }

  async rollouts(): Promise<readonly ListedRollout[]> {
    return (await this.#get<{ rollouts: readonly ListedRollout[] }>('/rollouts')).rollouts;
  }

  /** @throws ApiProblem 404 with the names that were meant perhaps */
  async find(typed: string): Promise<RolloutName> {
    const known = (await this.rollouts()).map(({ name }) => name);
    const resolved = resolveName(typed, known);
    if ('problem' in resolved) throw new ApiProblem(404, resolved.problem);
    return resolved.one;
  }

  view(name: RolloutName): Promise<RolloutView> {
    return this.#get(`/rollout/${pathOf(name)}`);
  }

  async history(name: RolloutName, limit: number): Promise<readonly ReleaseHistory[]> {
    const path = `/history/${pathOf(name)}?limit=${limit}`;
    return (await this.#get<{ releases: readonly ReleaseHistory[] }>(path)).releases;
  }

  async order(id: string, words: string): Promise<{ readonly id: string }> {
    return answerOf(await this.#http.post('/orders', { id, words }));
  }

  async alerts(limit: number): Promise<readonly DeliveredAlert[]> {
    return (await this.#get<{ alerts: readonly DeliveredAlert[] }>(`/alerts?limit=${limit}`)).alerts;
  }

  /** @param whose a person's account, or a rollout */
  async orders(whose: { person: string } | RolloutName, limit: number): Promise<readonly AuditedOrder[]> {
    const query = 'person' in whose ? { person: whose.person } : { rollout: fullName(whose) };
    const search = new URLSearchParams({ ...query, limit: String(limit) }).toString();
    return (await this.#get<{ orders: readonly AuditedOrder[] }>(`/orders?${search}`)).orders;
  }

  /** @param whose a person's account, or a rollout as `cluster/namespace/name`; all of them by default */
  async audit(whose?: { person: string } | { rollout: string }): Promise<readonly ChainReport[]> {
    const search = new URLSearchParams({ ...whose }).toString();
    return (await this.#get<{ chains: readonly ChainReport[] }>(`/audit?${search}`)).chains;
  }

  freezes(): Promise<Freezes> {
    return this.#get('/freezes');
  }

  /** @param payload as Alertmanager sends it */
  async testAlerts(payload: string): Promise<readonly ExplainedAlert[]> {
    const headers = { 'content-type': 'application/json' };
    return answerOf<{ alerts: readonly ExplainedAlert[] }>(await this.#http.post('/alerts', payload, { headers }))
      .alerts;
  }

  async redrive(): Promise<Redriven> {
    return answerOf(await this.#http.post('/redrive', {}));
  }

  orderState(id: string): Promise<OrderAnswer> {
    return this.#get(`/orders/${encodeURIComponent(id)}`);
  }

  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the caller knows what this path answers
  async #get<T>(path: string): Promise<T> {
    return answerOf<T>(await this.#http.get(path));
  }
}

function pathOf(name: RolloutName): string {
  return fullName(name).split('/').map(encodeURIComponent).join('/');
}

// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- as above
function answerOf<T>({ status, data }: { status: number; data: unknown }): T {
  if (status >= 200 && status <= 299) return data as T;
  throw new ApiProblem(status, (data as { error?: string }).error ?? `Weir answered ${status}`);
}

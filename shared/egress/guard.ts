/**
 * The egress guard at the moment of connecting: a name is resolved once, every address it gave is judged, and the
 * connection goes to the addresses that passed. Nothing is resolved a second time, so a name that changes its mind between
 * the check and the connection (DNS rebinding) gains nothing.
 */
import { lookup as lookupHost, type LookupAddress } from 'node:dns';
import { Agent as HttpAgent, type AgentOptions } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { LookupFunction } from 'node:net';
import { callbackify } from 'node:util';
import { judgeAddress, type EgressPolicy, type EgressTarget } from '#core/egress/judge.ts';

export type HostResolver = (host: string) => Promise<readonly LookupAddress[]>;

/** A connection that the policy forbids; `code` tells it from what the network answers. */
export class EgressRefusedError extends Error {
  override readonly name = 'EgressRefusedError';
  readonly code = 'ERR_EGRESS_REFUSED';
}

/** How a request is sent, by scheme. */
export interface ExchangeAgents {
  readonly http: HttpAgent;
  readonly https: HttpsAgent;
  /** TLS without checking the certificate, where a metric says `insecure: true`. */
  readonly httpsInsecure: HttpsAgent;
  /** They connect to a proxy. */
  readonly proxied: boolean;
}

/** Upper bound of connections to one host (scenario S-1: at most 30 requests in flight). */
export const MAX_SOCKETS = 30;

export function createGuardedAgents(policy: EgressPolicy, resolve: HostResolver = resolveBySystem): ExchangeAgents {
  const options: AgentOptions = { keepAlive: true, maxSockets: MAX_SOCKETS };
  const guard = <T extends HttpAgent>(agent: T): T => guarded(agent, policy, resolve);
  return {
    http: guard(new HttpAgent(options)),
    https: guard(new HttpsAgent(options)),
    httpsInsecure: guard(new HttpsAgent({ ...options, rejectUnauthorized: false })),
    proxied: false,
  };
}

/** Give every new connection of an agent a lookup of its own, which knows the port. Reused ones were judged when opened. */
function guarded<T extends HttpAgent>(agent: T, policy: EgressPolicy, resolve: HostResolver): T {
  const connect = agent.createConnection.bind(agent);
  agent.createConnection = (options, callback) => {
    const lookup = guardedLookup(Number(options.port ?? 0), policy, resolve);
    return connect({ ...options, lookup }, callback);
  };
  return agent;
}

function guardedLookup(port: number, policy: EgressPolicy, resolve: HostResolver): LookupFunction {
  return (host, options, callback) => {
    const target = { host: host.toLowerCase().replace(/\.$/, ''), port };
    const answer = callbackify(() => allowedAddresses(target, policy, resolve));
    answer((error, addresses) => {
      if (error !== null) callback(error, []);
      else if (options.all === true) callback(null, [...addresses]);
      else callback(null, addresses[0].address, addresses[0].family);
    });
  };
}

async function allowedAddresses(
  target: EgressTarget,
  policy: EgressPolicy,
  resolve: HostResolver,
): Promise<readonly [LookupAddress, ...LookupAddress[]]> {
  const judged = (await resolve(target.host)).map((found) => ({
    found,
    judgement: judgeAddress(target, found.address, policy),
  }));
  const [first, ...rest] = judged.flatMap(({ found, judgement }) => (judgement.allowed ? [found] : []));
  if (first !== undefined) return [first, ...rest];
  const refusal = judged.flatMap(({ judgement }) => (judgement.allowed ? [] : [judgement.reason])).at(0);
  throw new EgressRefusedError(refusal ?? `${target.host} has no address`);
}

/**
 * Before a proxy is asked to connect: it picks the address itself, so all that the name leads to must be allowed. A name that
 * only the proxy can resolve is the proxy's to judge.
 * @throws EgressRefusedError
 */
export async function assertAllAllowed(
  target: EgressTarget,
  policy: EgressPolicy,
  resolve: HostResolver = resolveBySystem,
): Promise<void> {
  const found = await resolve(target.host).catch(() => []);
  for (const { address } of found) {
    const judgement = judgeAddress(target, address, policy);
    if (!judgement.allowed) throw new EgressRefusedError(judgement.reason);
  }
}

function resolveBySystem(host: string): Promise<readonly LookupAddress[]> {
  return new Promise((found, failed) => {
    lookupHost(host, { all: true }, (error, addresses) => {
      if (error === null) found(addresses);
      else failed(error);
    });
  });
}

/**
 * Agents that send everything through a proxy of the environment, by Node's own proxy support. The proxy is the operator's and
 * is not judged; where it is asked to go is, before it is asked: it resolves names for itself.
 */
import { Agent as HttpAgent, type AgentOptions } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { SECOND } from '#core/time.ts';
import { HttpFailureError } from './failure.ts';
import { MAX_SOCKETS, type ExchangeAgents } from './guard.ts';

export type ProxyAgents = (proxy: string) => ExchangeAgents;

/** Ends the attempt to open a tunnel, which nothing else would; the deadline of the exchange has passed long before. */
const TUNNEL_TIMEOUT = 120 * SECOND;

/** The agents of each proxy, made once. */
export function createProxyAgents(): ProxyAgents {
  const made = new Map<string, ExchangeAgents>();
  return (proxy) => {
    const agents = made.get(proxy) ?? agentsThrough(proxy);
    made.set(proxy, agents);
    return agents;
  };
}

function agentsThrough(proxy: string): ExchangeAgents {
  const scheme = URL.parse(proxy)?.protocol;
  if (scheme !== 'http:' && scheme !== 'https:') {
    throw new HttpFailureError('refused', 'the proxy of HTTP_PROXY or HTTPS_PROXY is no http or https URL');
  }
  const proxyEnv = { HTTP_PROXY: proxy, HTTPS_PROXY: proxy };
  const options: AgentOptions = { keepAlive: true, maxSockets: MAX_SOCKETS, timeout: TUNNEL_TIMEOUT, proxyEnv };
  return {
    http: new HttpAgent(options),
    https: new HttpsAgent(options),
    httpsInsecure: new HttpsAgent({ ...options, rejectUnauthorized: false }),
    proxied: true,
  };
}

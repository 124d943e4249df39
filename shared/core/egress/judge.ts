/**
 * May Weir send a request there? Metric addresses come from tenants, so every outbound URL is judged twice: as written, before
 * anything is resolved, and by the address that the connection is about to be opened to (design §10; scenarios ).
 */
import { classifyAddress, withoutEmbedding } from './address-class.ts';
import { isInRange, parseIp, parseRange, type IpAddress } from './ip-address.ts';

export interface EgressPolicy {
  /** Hosts that may be reached (`prometheus.example.com`, `*.example.com`); absent or empty: every host that is not denied. */
  readonly allowHosts?: readonly string[];
  /** Hosts that may not, whatever allowHosts says. */
  readonly denyHosts?: readonly string[];
  /** Private ranges that may be reached: `10.20.0.0/16`, `fd12::/16`. */
  readonly privateRanges?: readonly string[];
  /** Loopback places that may be reached, host and port: `127.0.0.1:9090`, `localhost:9090`. */
  readonly loopback?: readonly string[];
}

/** Where a connection would go. */
export interface EgressTarget {
  /** Lower case, no brackets, no trailing dot. */
  readonly host: string;
  readonly port: number;
}

export type Judgement<T> =
  | { readonly allowed: true; readonly target: T }
  | { readonly allowed: false; readonly reason: string };

/** Names that lead to credentials wherever they resolve to. */
const METADATA_NAMES = ['metadata', 'metadata.google.internal', 'instance-data', 'instance-data.ec2.internal'];
/** The API server is asked by the Cluster port only; a listed host name overrules this. */
const API_SERVER = /^kubernetes(\.default(\.svc(\..+)?)?)?$/;
/** Where a Lambda function fetches its events and answers them: whoever reaches it speaks as Weir. */
const LAMBDA_RUNTIME_PORT = 9001;

/** Judge a URL as written. An address in place of a name is judged at once; a name is judged again when it is resolved. */
export function judgeUrl(text: string, policy: EgressPolicy): Judgement<URL> {
  const misshapen = flawOf(text);
  if (misshapen !== undefined) return refused(misshapen);
  const url = URL.parse(text);
  if (url === null) return refused('not a URL');
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    return refused(`scheme ${JSON.stringify(url.protocol.slice(0, -1))} is not allowed`);
  }
  if (url.username !== '' || url.password !== '') return refused('a user in the URL is not allowed; use a header');
  const target = targetOf(url);
  const verdict = judgeHost(target, policy);
  return verdict.allowed ? { allowed: true, target: url } : verdict;
}

/** Judge the address that a name was resolved to, at the moment of connecting. */
export function judgeAddress(target: EgressTarget, address: string, policy: EgressPolicy): Judgement<string> {
  const ip = parseIp(address);
  if (ip === undefined) return refused(`${JSON.stringify(address)} is not an IP address`);
  const named = target.host === address ? address : `${target.host} (${address})`;
  const place = classifyAddress(ip);
  if (place === 'public') return { allowed: true, target: address };
  if (place === 'loopback') return judgeLoopback(target, address, named, policy);
  if (place === 'private') {
    if (isListed(withoutEmbedding(ip), policy.privateRanges)) return { allowed: true, target: address };
    return refused(`${named} is a private address; list its range in egress.privateRanges`);
  }
  return refused(`${named} is a ${place} address`);
}

export function targetOf(url: URL): EgressTarget {
  const fallback = url.protocol === 'https:' ? 443 : 80;
  const host = url.hostname.toLowerCase().replace(/^\[(.*)\]$/, '$1');
  return { host: host.replace(/\.$/, ''), port: url.port === '' ? fallback : Number(url.port) };
}

/** What a URL parser would silently repair, and what another parser might read otherwise. */
function flawOf(text: string): string | undefined {
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  if (/[\u0000-\u001f\u007f]/.test(text)) return 'control characters in the URL';
  if (/^[^?#]*\\/.test(text)) return 'a backslash in the URL';
  return undefined;
}

function judgeHost(target: EgressTarget, policy: EgressPolicy): Judgement<string> {
  const { host } = target;
  if (host === '') return refused('the URL names no host');
  if (METADATA_NAMES.includes(host)) return refused(`${host} is a metadata service`);
  if (matchesHost(host, policy.denyHosts)) return refused(`host ${host} is in egress.denyHosts`);
  if ((policy.allowHosts ?? []).length > 0 && !matchesHost(host, policy.allowHosts)) {
    return refused(`host ${host} is not in egress.allowHosts`);
  }
  if (API_SERVER.test(host) && !(policy.allowHosts ?? []).includes(host)) {
    return refused(`host ${host} is the Kubernetes API server; name it in egress.allowHosts to reach it`);
  }
  return parseIp(host) === undefined ? { allowed: true, target: host } : judgeAddress(target, host, policy);
}

function judgeLoopback(target: EgressTarget, address: string, named: string, policy: EgressPolicy): Judgement<string> {
  if (target.port === LAMBDA_RUNTIME_PORT) return refused(`${named}:${target.port} is the Lambda runtime`);
  const places = [target.host, address, 'localhost'].map((host) => `${bracketed(host)}:${target.port}`);
  const listed = (policy.loopback ?? []).some((place) => places.includes(place.toLowerCase()));
  if (listed) return { allowed: true, target: address };
  return refused(`${named} is a loopback address; list ${places[0]} in egress.loopback`);
}

function isListed(ip: IpAddress, ranges: readonly string[] = []): boolean {
  return ranges.some((text) => {
    const range = parseRange(text);
    return range !== undefined && isInRange(ip, range);
  });
}

/** `*.example.com` covers every name under it, not the name itself. */
function matchesHost(host: string, patterns: readonly string[] = []): boolean {
  return patterns.some((pattern) => {
    const wanted = pattern.toLowerCase();
    return wanted.startsWith('*.') ? host.endsWith(wanted.slice(1)) : host === wanted;
  });
}

function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

function refused(reason: string): { allowed: false; reason: string } {
  return { allowed: false, reason };
}

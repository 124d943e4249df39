/**
 * Which proxy a request goes through: `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY` as Go's net/http reads them (analysis §15).
 * What runs on this machine is never asked through one.
 */
import { classifyAddress } from './address-class.ts';
import { isInRange, parseIp, parseRange, type IpAddress } from './ip-address.ts';
import { targetOf, type EgressTarget } from './judge.ts';

export type ProxyEnvironment = Readonly<Record<string, string | undefined>>;

/** The proxy for a URL, `http://proxy:3128`; undefined: ask directly. */
export function proxyFor(url: URL, environment: ProxyEnvironment): string | undefined {
  const proxy = valueOf(environment, url.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY');
  if (proxy === '') return undefined;
  const target = targetOf(url);
  if (isThisMachine(target.host) || isExempt(target, valueOf(environment, 'NO_PROXY'))) return undefined;
  return /^[a-z][a-z\d+.-]*:\/\//i.test(proxy) ? proxy : `http://${proxy}`;
}

function valueOf(environment: ProxyEnvironment, name: string): string {
  return environment[name] || environment[name.toLowerCase()] || '';
}

function isThisMachine(host: string): boolean {
  const ip = parseIp(host);
  return host === 'localhost' || (ip !== undefined && classifyAddress(ip) === 'loopback');
}

/** `*`, `10.0.0.0/8`, `10.1.2.3:80`, `example.com` (and all below), `.example.com` or `*.example.com` (only those below). */
function isExempt(target: EgressTarget, exemptions: string): boolean {
  const entries = exemptions.split(',').map((entry) => entry.trim().toLowerCase());
  const ip = parseIp(target.host);
  return entries.some((entry) => entry === '*' || (entry !== '' && (inRange(entry, ip) || isNamed(entry, target, ip))));
}

function inRange(entry: string, ip: IpAddress | undefined): boolean {
  const range = entry.includes('/') ? parseRange(entry) : undefined;
  return range !== undefined && ip !== undefined && isInRange(ip, range);
}

/** By address or name; an entry with a port speaks of that port only. */
function isNamed(entry: string, target: EgressTarget, ip: IpAddress | undefined): boolean {
  const [, name = '', port] = /^(\[[^\]]*\]|[^:]*|.*:.*:.*)(?::(\d+))?$/.exec(entry) ?? [];
  if (name === '' || (port !== undefined && Number(port) !== target.port)) return false;
  const wanted = parseIp(name);
  if (wanted !== undefined) return ip !== undefined && wanted.version === ip.version && wanted.bits === ip.bits;
  const domain = name.replace(/^\*\./, '.');
  return domain.startsWith('.') ? target.host.endsWith(domain) : isDomainOf(domain, target.host);
}

function isDomainOf(domain: string, host: string): boolean {
  return host === domain || host.endsWith(`.${domain}`);
}

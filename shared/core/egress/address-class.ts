/** What kind of place an IP address is, after undoing every way to write an IPv4 address as an IPv6 one. */
import { isInRange, parseRange, type IpAddress, type IpRange } from './ip-address.ts';

/**
 * `metadata` hands out credentials to whoever asks; `reserved` is no place for a metrics system (unspecified, multicast,
 * documentation, tunnels); `private` may be allowed by range, `loopback` by host and port.
 */
export type AddressClass = 'public' | 'private' | 'loopback' | 'link-local' | 'metadata' | 'reserved';

/** The first range that holds the address decides: exceptions stand before the ranges around them. */
const CLASSES: readonly (readonly [AddressClass, readonly IpRange[]])[] = [
  // AWS (instance, ECS, EKS pod identity), Azure wire server, Alibaba, Oracle.
  ['metadata', ranges('169.254.169.254', '169.254.170.2', '169.254.170.23', '168.63.129.16', '100.100.100.200')],
  ['metadata', ranges('192.0.0.192', 'fd00:ec2::/32', 'fd20:ce::254')],
  ['loopback', ranges('127.0.0.0/8', '::1')],
  ['link-local', ranges('169.254.0.0/16', 'fe80::/10')],
  ['private', ranges('10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', '198.18.0.0/15', 'fc00::/7')],
  ['reserved', ranges('0.0.0.0/8', '192.0.0.0/24', '192.0.2.0/24', '192.88.99.0/24', '198.51.100.0/24')],
  ['reserved', ranges('203.0.113.0/24', '224.0.0.0/4', '240.0.0.0/4')],
  ['reserved', ranges('2001::/32', '2001:2::/48', '2001:db8::/32', '3fff::/20')],
];

/** IPv6 addresses that can be reached today; the rest of the space is unassigned, site-local or multicast. */
const GLOBAL_UNICAST = range('2000::/3');

/** Where an IPv4 address sits inside an IPv6 one: the range, and how many bits follow the address. */
const EMBEDDINGS: readonly (readonly [IpRange, bigint])[] = [
  [range('::ffff:0:0/96'), 0n],
  [range('::ffff:0:0:0/96'), 0n],
  [range('64:ff9b::/96'), 0n],
  [range('2002::/16'), 80n],
];

export function classifyAddress(ip: IpAddress): AddressClass {
  const place = withoutEmbedding(ip);
  const found = CLASSES.find(([, members]) => members.some((member) => isInRange(place, member)));
  if (found !== undefined) return found[0];
  return place.version === 4 || isInRange(place, GLOBAL_UNICAST) ? 'public' : 'reserved';
}

/** The IPv4 address that a mapped, translated or tunnelled IPv6 address leads to; any other address itself. */
export function withoutEmbedding(ip: IpAddress): IpAddress {
  const embedding = EMBEDDINGS.find(([members]) => isInRange(ip, members));
  return embedding === undefined ? ip : { version: 4, bits: (ip.bits >> embedding[1]) & 0xffff_ffffn };
}

function ranges(...texts: readonly string[]): readonly IpRange[] {
  return texts.map(range);
}

function range(text: string): IpRange {
  const parsed = parseRange(text);
  if (parsed === undefined) throw new Error(`not an address range: ${text}`);
  return parsed;
}

/** IP addresses and ranges as numbers, from the canonical texts that URLs and resolvers give. */

/** An address as one number: 32 bits for version 4, 128 bits for version 6. */
export interface IpAddress {
  readonly version: 4 | 6;
  readonly bits: bigint;
}

export interface IpRange {
  readonly network: IpAddress;
  readonly prefix: number;
}

const WIDTH = { 4: 32, 6: 128 } as const;

/** The address of a text such as `10.0.0.1`, `::1` or `[fe80::1%eth0]`; undefined for a name. */
export function parseIp(text: string): IpAddress | undefined {
  const bare = text.replace(/^\[(.*)\]$/, '$1').replace(/%.*$/, '');
  return bare.includes(':') ? parseVersion6(bare) : parseVersion4(bare);
}

/** The range of a text such as `10.0.0.0/8`; a bare address is the range of itself. */
export function parseRange(text: string): IpRange | undefined {
  const [address = '', prefixText, ...rest] = text.split('/');
  const network = parseIp(address);
  if (network === undefined || rest.length > 0) return undefined;
  if (prefixText === undefined) return { network, prefix: WIDTH[network.version] };
  const prefix = /^\d{1,3}$/.test(prefixText) ? Number(prefixText) : Number.NaN;
  return prefix <= WIDTH[network.version] ? { network, prefix } : undefined;
}

export function isInRange(ip: IpAddress, range: IpRange): boolean {
  if (ip.version !== range.network.version) return false;
  const shift = BigInt(WIDTH[ip.version] - range.prefix);
  return ip.bits >> shift === range.network.bits >> shift;
}

function parseVersion4(text: string): IpAddress | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) <= 255)) return undefined;
  return { version: 4, bits: parts.reduce((bits, part) => (bits << 8n) | BigInt(part), 0n) };
}

function parseVersion6(text: string): IpAddress | undefined {
  const halves = withHexTail(text).split('::');
  if (halves.length > 2) return undefined;
  const [head = [], tail = []] = halves.map((half) => (half === '' ? [] : half.split(':')));
  const missing = 8 - head.length - tail.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined;
  const groups = [...head, ...Array.from({ length: missing }, () => '0'), ...tail];
  if (!groups.every((group) => /^[\da-f]{1,4}$/i.test(group))) return undefined;
  return { version: 6, bits: groups.reduce((bits, group) => (bits << 16n) | BigInt(`0x${group}`), 0n) };
}

/** `::ffff:1.2.3.4` as `::ffff:102:304`. */
function withHexTail(text: string): string {
  const tail = /[^:]*$/.exec(text)?.[0] ?? '';
  const dotted = tail.includes('.') ? parseVersion4(tail) : undefined;
  if (dotted === undefined) return text;
  const groups = [dotted.bits >> 16n, dotted.bits & 0xffffn].map((group) => group.toString(16));
  return text.slice(0, -tail.length) + groups.join(':');
}

import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { judgeAddress, judgeUrl, targetOf, type EgressPolicy } from '#core/egress/judge.ts';

const OPEN: EgressPolicy = {};
const LISTED: EgressPolicy = {
  privateRanges: ['10.20.0.0/16', 'fd12:3456::/32', '192.168.7.7'],
  loopback: ['127.0.0.1:9090', '[::1]:9090', 'localhost:9091', '127.0.0.1:9001'],
  denyHosts: ['evil.example.com', '*.tracker.example'],
};
const ALLOWED: EgressPolicy = { allowHosts: ['prometheus.example.com', '*.metrics.example', 'kubernetes.default.svc'] };

interface Vector {
  readonly url: string;
  readonly policy?: EgressPolicy;
  readonly allowed: boolean;
}

const refused = (...urls: readonly string[]): readonly Vector[] => urls.map((url) => ({ url, allowed: false }));
const allowed = (...urls: readonly string[]): readonly Vector[] => urls.map((url) => ({ url, allowed: true }));
const under = (policy: EgressPolicy, vectors: readonly Vector[]): readonly Vector[] =>
  vectors.map((vector) => ({ ...vector, policy }));

const VECTORS: readonly Vector[] = [
  // Plain public places.
  ...allowed(
    'https://prometheus.example.com/api',
    'http://8.8.8.8/',
    'https://[2606:4700::1111]/',
    'HTTPS://Example.COM',
  ),
  // Schemes.
  ...refused(
    'file:///etc/passwd',
    'gopher://example.com/',
    'ftp://example.com/',
    'data:,x',
    'javascript:1',
    'ws://a.b/',
  ),
  // No URL, or one that parsers read differently.
  ...refused('', 'example.com', '//example.com', 'http://', 'http://exa mple.com', 'http://a:b:c/', 'http://[::1'),
  ...refused(
    'http://example.com\\@evil.com/',
    'http:\\\\example.com',
    'http://example.com\r\nHost: evil',
    'http://a\tb.com/',
  ),
  // A user in the URL.
  ...refused(
    'http://user@example.com/',
    'http://example.com:80@127.0.0.1/',
    'http://u:p@8.8.8.8/',
    'http://:p@8.8.8.8/',
  ),
  // Metadata services.
  ...refused(
    'http://169.254.169.254/latest/meta-data/',
    'http://169.254.170.2/v2/credentials',
    'http://169.254.170.23/',
  ),
  ...refused('http://[fd00:ec2::254]/latest/', 'http://[fd00:ec2::23]/', 'http://[fd20:ce::254]/'),
  ...refused('http://metadata.google.internal/', 'http://metadata/', 'http://METADATA.google.internal./x'),
  ...refused('http://100.100.100.200/', 'http://168.63.129.16/', 'http://192.0.0.192/'),
  // The same address in other clothes.
  ...refused('http://2852039166/', 'http://0xa9fea9fe/', 'http://0251.0376.0251.0376/', 'http://169.254.43518/'),
  ...refused('http://[::ffff:169.254.169.254]/', 'http://[::ffff:a9fe:a9fe]/', 'http://[64:ff9b::a9fe:a9fe]/'),
  ...refused('http://[2002:a9fe:a9fe::]/', 'http://169.254.169.254./', 'http://①⑥⑨.254.169.254/'),
  // Link-local.
  ...refused('http://169.254.1.1/', 'http://169.254.100.1:9001/', 'http://[fe80::1]/', 'http://[febf::1]/'),
  // Loopback.
  ...refused('http://127.0.0.1/', 'http://127.1/', 'http://0x7f000001/', 'http://2130706433/', 'http://017700000001/'),
  ...refused(
    'http://127.255.255.254:9090/',
    'http://[::1]:9090/',
    'http://[::ffff:127.0.0.1]/',
    'http://[0:0:0:0:0:0:0:1]/',
  ),
  ...under(LISTED, [
    ...allowed('http://127.0.0.1:9090/api', 'http://127.1:9090/', 'http://[::1]:9090/', 'http://127.0.0.1:9091/'),
    ...refused('http://127.0.0.1:9092/', 'http://127.0.0.1/', 'http://127.0.0.2:9090/'),
    // The Lambda runtime, even where somebody lists it.
    ...refused('http://127.0.0.1:9001/2018-06-01/runtime/invocation/next', 'http://[::ffff:127.0.0.1]:9001/'),
  ]),
  // Private ranges.
  ...refused('http://10.20.1.1:9090/', 'http://172.16.0.1/', 'http://172.31.255.255/', 'http://192.168.0.1/'),
  ...refused(
    'http://100.64.0.1/',
    'http://[fc00::1]/',
    'http://[fd12:3456::1]/',
    'http://[::ffff:10.0.0.1]/',
    'http://10.1/',
  ),
  ...allowed('http://172.32.0.1/', 'http://100.128.0.1/', 'http://11.0.0.1/'),
  ...under(LISTED, [
    ...allowed('http://10.20.1.1:9090/', 'http://[fd12:3456::1]/', 'http://192.168.7.7/', 'http://[::ffff:10.20.0.9]/'),
    ...refused('http://10.21.1.1:9090/', 'http://[fd12:3457::1]/', 'http://192.168.7.8/'),
  ]),
  // No place at all.
  ...refused('http://0.0.0.0/', 'http://0/', 'http://224.0.0.1/', 'http://255.255.255.255/', 'http://240.0.0.1/'),
  ...refused(
    'http://[::]/',
    'http://[ff02::1]/',
    'http://[fec0::1]/',
    'http://[2001:db8::1]/',
    'http://[2001:0:1::1]/',
  ),
  // The API server.
  ...refused('https://kubernetes/', 'https://kubernetes.default/', 'https://kubernetes.default.svc/api'),
  ...refused('https://kubernetes.default.svc.cluster.local/', 'https://KUBERNETES.default.svc./'),
  // Host lists.
  ...under(LISTED, [
    ...refused('http://evil.example.com/', 'http://EVIL.example.com./', 'http://a.tracker.example/'),
    ...allowed('http://tracker.example/', 'http://notevil.example.com/'),
  ]),
  ...under(ALLOWED, [
    ...allowed('http://prometheus.example.com/', 'http://a.metrics.example/', 'https://kubernetes.default.svc/'),
    ...refused(
      'http://metrics.example/',
      'http://prometheus.example.com.evil.org/',
      'http://8.8.8.8/',
      'https://kubernetes/',
    ),
  ]),
];

describe('given a URL that a manifest names', () => {
  it.each(VECTORS)('when $url is judged, then allowed is $allowed', ({ url, policy = OPEN, allowed: expected }) => {
    expect(judgeUrl(url, policy)).toMatchObject({ allowed: expected });
  });

  it('the table holds at least 60 vectors', () => expect(VECTORS.length).toBeGreaterThanOrEqual(60));

  it.each([
    ['http://10.0.0.1/', '10.0.0.1 is a private address; list its range in egress.privateRanges'],
    ['http://localhost./', undefined],
    ['http://127.0.0.1:9090/', '127.0.0.1 is a loopback address; list 127.0.0.1:9090 in egress.loopback'],
    ['http://[::1]/', '::1 is a loopback address; list [::1]:80 in egress.loopback'],
    ['http://169.254.169.254/', '169.254.169.254 is a metadata address'],
    ['file:///x', 'scheme "file" is not allowed'],
  ])('%s is refused with what to do', (url, reason) => {
    expect(judgeUrl(url, OPEN)).toEqual(
      reason === undefined ? { allowed: true, target: new URL(url) } : { allowed: false, reason },
    );
  });

  it('no text whatsoever makes the judge throw', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => typeof judgeUrl(text, LISTED).allowed === 'boolean'),
    );
  });
});

describe('given a name, when it is resolved, then the address decides', () => {
  const target = targetOf(new URL('http://metrics.example.com:9090'));
  it.each([
    ['93.184.216.34', OPEN, true],
    ['2606:4700::1111', OPEN, true],
    ['10.20.3.4', OPEN, false],
    ['10.20.3.4', LISTED, true],
    ['127.0.0.1', OPEN, false],
    ['127.0.0.1', LISTED, true],
    ['::1', LISTED, true],
    ['169.254.169.254', LISTED, false],
    ['::ffff:169.254.169.254', LISTED, false],
    ['fe80::1%eth0', LISTED, false],
    ['0.0.0.0', LISTED, false],
    ['not an address', LISTED, false],
  ])('%s under %o', (address, policy, expected) => {
    expect(judgeAddress(target, address, policy).allowed).toBe(expected);
  });

  it('an IPv4 address is judged alike however IPv6 wraps it', () => {
    fc.assert(
      fc.property(fc.ipV4(), (address) => {
        const direct = judgeAddress(target, address, LISTED).allowed;
        // Loopback is listed by its plain text.
        if (address.startsWith('127.')) return;
        expect(judgeAddress(target, `::ffff:${address}`, LISTED).allowed).toBe(direct);
        expect(judgeAddress(target, `64:ff9b::${address}`, LISTED).allowed).toBe(direct);
      }),
    );
  });

  it('no address inside the never-reachable ranges is allowed, whatever is listed', () => {
    const everything: EgressPolicy = { privateRanges: ['0.0.0.0/0', '::/0'], loopback: [] };
    const last = fc.integer({ min: 0, max: 255 });
    fc.assert(
      fc.property(fc.constantFrom('169.254', '0.0', '224.0', '127.0'), last, last, (start, a, b) => {
        expect(judgeAddress(target, `${start}.${a}.${b}`, everything).allowed).toBe(false);
      }),
    );
  });
});

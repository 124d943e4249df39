import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { classifyAddress } from '#core/egress/address-class.ts';
import { isInRange, parseIp, parseRange } from '#core/egress/ip-address.ts';

describe('given the text of an address', () => {
  it.each([
    ['10.0.0.1', 4, 0x0a000001n],
    ['255.255.255.255', 4, 0xffffffffn],
    ['::', 6, 0n],
    ['::1', 6, 1n],
    ['[::1]', 6, 1n],
    ['1::', 6, 1n << 112n],
    ['fe80::1%eth0', 6, (0xfe80n << 112n) | 1n],
    ['1:2:3:4:5:6:7:8', 6, 0x00010002000300040005000600070008n],
    ['::ffff:1.2.3.4', 6, 0xffff01020304n],
    ['2001:DB8::', 6, 0x20010db8n << 96n],
  ])('%s is read', (text, version, bits) => {
    expect(parseIp(text)).toEqual({ version, bits });
  });

  it.each([
    '',
    'example.com',
    '1.2.3',
    '1.2.3.256',
    '1.2.3.4.5',
    ':::',
    '1:2:3',
    '1::2::3',
    '12345::',
    '::g',
    '::1.2.3',
    '1:2:3:4:5:6:7:8:9',
  ])('%j is none', (text) => expect(parseIp(text)).toBeUndefined());

  it('every IPv4 and IPv6 text is read, and lies in the range of itself', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (text) => {
        const ip = parseIp(text)!;
        expect(isInRange(ip, parseRange(text)!)).toBe(true);
      }),
    );
  });
});

describe('given the text of a range', () => {
  it.each([
    ['10.0.0.0/8', '10.255.0.1', true],
    ['10.0.0.0/8', '11.0.0.0', false],
    ['0.0.0.0/0', '8.8.8.8', true],
    ['0.0.0.0/0', '::1', false],
    ['fd00::/8', 'fdff::1', true],
    ['10.1.2.3', '10.1.2.3', true],
    ['10.1.2.3', '10.1.2.4', false],
  ])('%s holds %s: %s', (range, ip, holds) => {
    expect(isInRange(parseIp(ip)!, parseRange(range)!)).toBe(holds);
  });

  it.each(['10.0.0.0/33', '::/129', '10.0.0.0/', '10.0.0.0/x', 'a/8', '10.0.0.0/8/9', '10.0.0.0/-1'])(
    '%s is none',
    (text) => expect(parseRange(text)).toBeUndefined(),
  );
});

describe('given an address, when it is classified', () => {
  it.each([
    ['8.8.8.8', 'public'],
    ['2a00:1450::1', 'public'],
    ['10.0.0.1', 'private'],
    ['fd00::1', 'private'],
    ['fd00:ec2::254', 'metadata'],
    ['127.9.9.9', 'loopback'],
    ['169.254.0.1', 'link-local'],
    ['198.51.100.1', 'reserved'],
    ['4000::1', 'reserved'],
    ['::127.0.0.1', 'reserved'],
  ])('%s is %s', (text, place) => expect(classifyAddress(parseIp(text)!)).toBe(place));
});

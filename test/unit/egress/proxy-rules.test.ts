import { describe, expect, it } from '@jest/globals';
import { proxyFor } from '#core/egress/proxy-rules.ts';

const PROXIES = { HTTP_PROXY: 'http://plain:3128', HTTPS_PROXY: 'http://secure:3128' };

describe('given an environment with proxies, when a URL is asked', () => {
  it.each([
    ['http://a.example/', PROXIES, 'http://plain:3128'],
    ['https://a.example/', PROXIES, 'http://secure:3128'],
    ['https://a.example/', { HTTP_PROXY: 'http://plain' }, undefined],
    ['http://a.example/', {}, undefined],
    ['http://a.example/', { http_proxy: 'http://lower' }, 'http://lower'],
    ['http://a.example/', { HTTP_PROXY: 'http://upper', http_proxy: 'http://lower' }, 'http://upper'],
    ['http://a.example/', { HTTP_PROXY: 'proxy:3128' }, 'http://proxy:3128'],
    ['http://a.example/', { HTTP_PROXY: 'https://user:pass@proxy' }, 'https://user:pass@proxy'],
    ['http://localhost:9090/', PROXIES, undefined],
    ['http://127.0.0.5/', PROXIES, undefined],
    ['http://[::1]/', PROXIES, undefined],
  ])('%s under %j goes through %s', (url, environment, proxy) => {
    expect(proxyFor(new URL(url), environment)).toBe(proxy);
  });
});

describe('given NO_PROXY, when a URL is asked, then what it names is asked directly', () => {
  it.each([
    ['http://a.example/', '*', true],
    ['http://a.example/', 'a.example', true],
    ['http://a.example/', 'A.Example', true],
    ['http://b.a.example/', 'a.example', true],
    ['http://ba.example/', 'a.example', false],
    ['http://a.example/', '.a.example', false],
    ['http://b.a.example/', '.a.example', true],
    ['http://a.example/', '*.a.example', false],
    ['http://b.a.example/', '*.a.example', true],
    ['http://a.example/', 'a.example:80', true],
    ['https://a.example/', 'a.example:443', true],
    ['http://a.example:81/', 'a.example:80', false],
    ['http://a.example./', 'a.example', true],
    ['http://a.example/', 'x, a.example ,y', true],
    ['http://a.example/', 'x,,y', false],
    ['http://a.example/', ':80', false],
    ['http://10.1.2.3/', '10.0.0.0/8', true],
    ['http://11.1.2.3/', '10.0.0.0/8', false],
    ['http://a.example/', '10.0.0.0/8', false],
    ['http://10.1.2.3/', '10.1.2.3', true],
    ['http://10.1.2.3:90/', '10.1.2.3:80', false],
    ['http://110.1.2.3/', '10.1.2.3', false],
    ['http://[2001:db8::1]/', '2001:db8::1', true],
    ['http://[2001:db8::1]:81/', '[2001:db8::1]:81', true],
    ['http://[2001:db8::2]/', '2001:db8::/32', true],
    ['http://a.example/', 'a:b', false],
  ])('%s under %j: %s', (url, exemptions, direct) => {
    expect(proxyFor(new URL(url), { ...PROXIES, NO_PROXY: exemptions }) === undefined).toBe(direct);
    expect(proxyFor(new URL(url), { ...PROXIES, no_proxy: exemptions }) === undefined).toBe(direct);
  });
});

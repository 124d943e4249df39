import { describe, expect, it } from '@jest/globals';
import { routeAddress, type AddressRule } from '#core/egress/address-rules.ts';

const RULES: readonly AddressRule[] = [
  { match: 'http://prometheus:9090', url: 'https://prom.example.com/team-a/' },
  { match: 'http://prometheus:9090/thanos', url: 'https://thanos.example.com' },
  { match: 'http://mimir/prometheus', service: 'monitoring/mimir:8080' },
  { match: 'http://tenant', url: 'https://proxy.example.com/q?tenant=a' },
];

describe('given rules of clusters[].metrics, when a request URL is routed', () => {
  it.each([
    ['http://prometheus:9090/api/v1/query', 'https://prom.example.com/team-a/api/v1/query'],
    [
      'http://PROMETHEUS:9090/api/v1/query?query=up&time=1',
      'https://prom.example.com/team-a/api/v1/query?query=up&time=1',
    ],
    ['http://prometheus:9090', 'https://prom.example.com/team-a/'],
    ['http://prometheus:9090/thanos/api', 'https://thanos.example.com/api'],
    ['http://prometheus:9090/thanosx/api', 'https://prom.example.com/team-a/thanosx/api'],
    ['http://tenant/api?x=1', 'https://proxy.example.com/q/api?tenant=a&x=1'],
  ])('%s is asked at %s', (url, mapped) => {
    expect(routeAddress(url, RULES)).toEqual({ kind: 'mapped', url: mapped });
  });

  it.each([
    ['http://mimir/prometheus/api/v1/query?query=up', '/api/v1/query?query=up'],
    ['http://mimir/prometheus', '/'],
    ['http://mimir/prometheus?x=1', '/?x=1'],
  ])('%s goes through the service proxy as %s', (url, path) => {
    expect(routeAddress(url, RULES)).toEqual({ kind: 'service', service: 'monitoring/mimir:8080', path });
  });

  it.each([
    'https://prometheus:9090/api',
    'http://prometheus/api',
    'http://prometheus:9091/',
    'http://mimir/other',
    'no url',
  ])('%s has no rule', (url) => expect(routeAddress(url, RULES)).toEqual({ kind: 'direct', url }));
});

import { describe, expect, it } from '@jest/globals';
import { canonicalQuantity, quantityValue } from '#core/rollout/quantity.ts';

describe('the canonical form of a quantity', () => {
  it.each([
    ['1000m', '1'],
    ['1024Mi', '1Gi'],
    ['0.5', '500m'],
    ['1.50', '1500m'],
    ['1.5Gi', '1536Mi'],
    ['100000k', '100M'],
    ['1000e0', '1e3'],
    ['1e3', '1e3'],
    ['0.001Ti', '1099511627776m'],
    ['12.345Mi', '12944670720m'],
    ['512Ki', '512Ki'],
    ['0.5Ki', '512'],
    ['-1.5', '-1500m'],
    ['0', '0'],
    ['0m', '0'],
    ['0.0000000001', '1n'],
  ])('given %s, then %s', (text, canonical) => {
    expect(canonicalQuantity(text)).toBe(canonical);
  });

  it.each(['5.Ki', '12.345u', '001', '+5m', '12.345e-3'])(
    'given %s, which Go takes for canonical, then it is kept as written',
    (text) => {
      expect(canonicalQuantity(text)).toBe(text);
    },
  );

  it('given a text that is no quantity, then it stays', () => {
    expect(canonicalQuantity('much')).toBe('much');
  });
});

describe('the value of a quantity', () => {
  it.each([
    ['1', '1000m'],
    ['1Gi', '1024Mi'],
    ['1.5', '1500m'],
    ['1k', '1e3'],
    ['0', '0m'],
  ])('given %s and %s, then they are equal', (a, b) => {
    expect(quantityValue(a)).toBe(quantityValue(b));
  });

  it.each([
    ['1', '1Ki'],
    ['1M', '1Mi'],
    ['1m', '1u'],
    ['100', '-100'],
  ])('given %s and %s, then they differ', (a, b) => {
    expect(quantityValue(a)).not.toBe(quantityValue(b));
  });

  it('given amounts of resources, then what is below a thousandth rounds up', () => {
    expect(quantityValue('1u', true)).toBe(quantityValue('1m'));
    expect(quantityValue('1500u', true)).toBe(quantityValue('2m'));
  });
});

import { describe, expect, it } from '@jest/globals';
import { ageOf } from '../../../../infra/local/kubernetes/age.ts';

const [MINUTE, HOUR, DAY] = [60, 3_600, 86_400];
const NOW = Date.UTC(2024, 0, 1);

describe('ages', () => {
  it.each([
    { seconds: -5, age: '0s' },
    { seconds: 0, age: '0s' },
    { seconds: 119, age: '119s' },
    { seconds: 120, age: '2m' },
    { seconds: 9 * MINUTE + 59, age: '9m59s' },
    { seconds: 10 * MINUTE + 1, age: '10m' },
    { seconds: 179 * MINUTE, age: '179m' },
    { seconds: 3 * HOUR, age: '3h' },
    { seconds: 7 * HOUR + 59 * MINUTE, age: '7h59m' },
    { seconds: 8 * HOUR + 59 * MINUTE, age: '8h' },
    { seconds: 47 * HOUR, age: '47h' },
    { seconds: 49 * HOUR, age: '2d1h' },
    { seconds: 8 * DAY + HOUR, age: '8d' },
    { seconds: 729 * DAY, age: '729d' },
    { seconds: 731 * DAY, age: '2y1d' },
    { seconds: 9 * 365 * DAY + DAY, age: '9y' },
  ])('given $seconds s, then $age', ({ seconds, age }) => {
    expect(ageOf(new Date(NOW - seconds * 1_000).toISOString(), NOW)).toBe(age);
  });

  it.each([undefined, '', 'soon', 5])('given %p, then it is not known', (timestamp) => {
    expect(ageOf(timestamp, NOW)).toBe('<unknown>');
  });
});

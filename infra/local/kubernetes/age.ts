/** Ages as kubectl prints them. */
import { parseTimestamp, SECOND, type Instant } from '#core/time.ts';

interface Unit {
  readonly name: string;
  readonly seconds: number;
  /** The unit is used from this many seconds on. */
  readonly from: number;
  /** Below this many units the next smaller unit is told as well. */
  readonly finerBelow: number;
}

const [MINUTE, HOUR, DAY, YEAR] = [60, 3_600, 86_400, 365 * 86_400];

/** Kubernetes apimachinery duration.HumanDuration */
const UNITS: readonly Unit[] = [
  { name: 'y', seconds: YEAR, from: 2 * YEAR, finerBelow: 8 },
  { name: 'd', seconds: DAY, from: 2 * DAY, finerBelow: 8 },
  { name: 'h', seconds: HOUR, from: 3 * HOUR, finerBelow: 8 },
  { name: 'm', seconds: MINUTE, from: 2 * MINUTE, finerBelow: 10 },
  { name: 's', seconds: 1, from: 0, finerBelow: 0 },
];

/** `45s`, `3m12s`, `25m`, `2d4h`; of a moment to come `0s`. */
export function ageOf(timestamp: unknown, now: Instant): string {
  const since = typeof timestamp === 'string' ? parseTimestamp(timestamp) : undefined;
  if (since === undefined) return '<unknown>';
  const seconds = Math.max(0, Math.floor((now - since) / SECOND));
  const at = UNITS.findIndex(({ from }) => seconds >= from);
  const [unit, finer] = [UNITS[at], UNITS[at + 1]];
  if (unit === undefined) return '0s';
  const whole = Math.floor(seconds / unit.seconds);
  const rest = finer === undefined ? 0 : Math.floor((seconds % unit.seconds) / finer.seconds);
  return `${whole}${unit.name}${whole < unit.finerBelow && rest > 0 ? `${rest}${finer?.name}` : ''}`;
}

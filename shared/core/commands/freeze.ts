/** Times in which nothing new is let out. Rollbacks are never frozen. */
import { InvalidSpecError } from '../errors.ts';
import { DAY, MINUTE, parseTimestamp, type Instant } from '../time.ts';
import type { CommandVerb } from './command.ts';
import type { RolloutName } from './resolve-name.ts';

/** What brings a release forward. Abort, pause and undo hold it back, and work at any time. */
const FORWARD: readonly string[] = ['promote', 'retry', 'restart', 'set-image'];

export interface Freeze {
  /** What people are told. */
  readonly reason: string;
  /** RFC 3339, or `Fri 16:00` each week, or `22:00` each day. */
  readonly from: string;
  /** Absent: until it is lifted; never so in weir.yaml. */
  readonly to?: string;
  /** Of the weekly and daily ones; an IANA name. */
  readonly timezone?: string;
  /** Rollouts it holds for: `cluster/namespace/rollout` with `*` at the end of each part; absent: all. */
  readonly rollouts?: readonly string[];
}

export function isForward(verb: CommandVerb): boolean {
  return FORWARD.includes(verb);
}

/** @returns the freeze that forbids it now */
export function frozenBy(
  verb: CommandVerb,
  rollout: RolloutName,
  freezes: readonly Freeze[],
  now: Instant,
): Freeze | undefined {
  if (!isForward(verb)) return undefined;
  return freezes.find((freeze) => coversRollout(freeze, rollout) && isFrozenAt(freeze, now));
}

export function coversRollout(
  { rollouts }: Pick<Freeze, 'rollouts'>,
  { cluster, namespace, name }: RolloutName,
): boolean {
  const parts = [cluster, namespace, name];
  return rollouts?.some((pattern) => pattern.split('/').every((part, index) => fits(part, parts[index] ?? ''))) ?? true;
}

function fits(pattern: string, text: string): boolean {
  return pattern.endsWith('*') ? text.startsWith(pattern.slice(0, -1)) : pattern === text;
}

/** From the beginning on, up to and without the end. @throws InvalidSpecError for times that are none */
export function isFrozenAt({ from, to, timezone = 'UTC' }: Freeze, now: Instant): boolean {
  const start = timeOf(from);
  if (to === undefined) return start.kind === 'instant' && now >= start.at;
  const end = timeOf(to);
  if (start.kind === 'instant' && end.kind === 'instant') return now >= start.at && now < end.at;
  if (start.kind === 'instant' || end.kind === 'instant' || start.kind !== end.kind) {
    throw new InvalidSpecError(`a freeze from "${from}" to "${to}" mixes dates, days and times of day`);
  }
  const clock = localMinutes(now, timezone);
  const minute = start.kind === 'weekly' ? clock.ofWeek : clock.ofDay;
  // One that goes over midnight, or over the end of the week, is what is not between its end and its beginning.
  return start.minute < end.minute
    ? minute >= start.minute && minute < end.minute
    : minute >= start.minute || minute < end.minute;
}

type Time =
  | { readonly kind: 'instant'; readonly at: Instant }
  | { readonly kind: 'weekly' | 'daily'; readonly minute: number };

const DAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
const MINUTES_PER_DAY = DAY / MINUTE;

/** @throws InvalidSpecError */
export function timeOf(text: string): Time {
  const [, day, hours = '', minutes = ''] = /^(?:([A-Z][a-z]{2}) )?([01]\d|2[0-3]):([0-5]\d)$/.exec(text) ?? [];
  const minute = Number(hours) * 60 + Number(minutes);
  const index = DAYS.indexOf(day ?? '');
  if (index >= 0) return { kind: 'weekly', minute: index * MINUTES_PER_DAY + minute };
  if (hours !== '' && day === undefined) return { kind: 'daily', minute };
  const at = /^\d{4}-\d\d-\d\dT/.test(text) ? parseTimestamp(text) : undefined;
  if (at !== undefined) return { kind: 'instant', at };
  throw new InvalidSpecError(`"${text}" is no time: write 2026-12-24T00:00:00Z, "Fri 16:00" or "22:00"`);
}

/** What a clock on the wall shows there: daylight saving is the time zone's business. */
function localMinutes(now: Instant, timezone: string): { ofDay: number; ofWeek: number } {
  const parts = formatIn(timezone).formatToParts(now);
  const part = (type: string) => parts.find((one) => one.type === type)?.value ?? '';
  const ofDay = Number(part('hour')) * 60 + Number(part('minute'));
  return { ofDay, ofWeek: DAYS.indexOf(part('weekday')) * MINUTES_PER_DAY + ofDay };
}

/** @throws InvalidSpecError for a time zone that is none */
export function formatIn(timezone: string): Intl.DateTimeFormat {
  try {
    const shape = { weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
    return new Intl.DateTimeFormat('en-US', { ...shape, timeZone: timezone });
  } catch (error) {
    throw new InvalidSpecError(`"${timezone}" is no time zone: write a name such as Europe/Berlin`, { cause: error });
  }
}

/** Time as data: instants and lengths come in as values; nothing in core reads a clock. */

/** Milliseconds since 1970-01-01T00:00:00Z. */
export type Instant = number;
/** A length of time in milliseconds. */
export type Millis = number;

export const SECOND: Millis = 1_000;
export const MINUTE: Millis = 60 * SECOND;
export const HOUR: Millis = 60 * MINUTE;
export const DAY: Millis = 24 * HOUR;

/** RFC 3339 UTC with whole seconds, as Kubernetes' metav1.Time writes it: `2024-01-01T00:00:00Z`. */
export function formatTimestamp(instant: Instant): string {
  return `${new Date(Math.floor(instant / SECOND) * SECOND).toISOString().slice(0, 19)}Z`;
}

/** The instant of an RFC 3339 text; undefined when it is absent or not one. */
export function parseTimestamp(text: string | undefined | null): Instant | undefined {
  if (text === undefined || text === null || text === '') return undefined;
  const instant = Date.parse(text);
  return Number.isNaN(instant) ? undefined : instant;
}

/** The same instant as the API server will store it (whole seconds). */
export function truncateToSecond(instant: Instant): Instant {
  return Math.floor(instant / SECOND) * SECOND;
}

/** Earliest of several optional instants or lengths; undefined when none is given. */
export function earliest(...candidates: readonly (number | undefined)[]): number | undefined {
  const given = candidates.filter((candidate) => candidate !== undefined);
  return given.length === 0 ? undefined : Math.min(...given);
}

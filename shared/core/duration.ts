/** Go duration texts (`1m30s`, `1.5h`, `-500ms`), the grammar that Argo Rollouts' manifests use. */
import { HOUR, MINUTE, SECOND, type Millis } from './time.ts';

const UNITS: Readonly<Record<string, Millis>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: SECOND,
  m: MINUTE,
  h: HOUR,
};

export type DurationResult =
  | { readonly ok: true; readonly ms: Millis }
  | { readonly ok: false; readonly error: string };

/** Strict parse; errors carry the texts of Go's time.ParseDuration. */
export function parseDuration(text: string): DurationResult {
  const invalid = { ok: false, error: `time: invalid duration ${JSON.stringify(text)}` } as const;
  const sign = text.startsWith('-') ? -1 : 1;
  let rest = /^[-+]/.test(text) ? text.slice(1) : text;
  if (rest === '0') return { ok: true, ms: 0 };
  if (rest === '') return invalid;
  let total = 0;
  while (rest !== '') {
    const number = /^(\d+\.?\d*|\.\d+)/.exec(rest)?.[0];
    if (number === undefined) return invalid;
    rest = rest.slice(number.length);
    const unit = /^[^.\d]+/.exec(rest)?.[0];
    if (unit === undefined) return { ok: false, error: `time: missing unit in duration ${JSON.stringify(text)}` };
    const scale = Object.hasOwn(UNITS, unit) ? UNITS[unit] : undefined;
    if (scale === undefined) {
      return { ok: false, error: `time: unknown unit ${JSON.stringify(unit)} in duration ${JSON.stringify(text)}` };
    }
    total += Number(number) * scale;
    rest = rest.slice(unit.length);
  }
  return { ok: true, ms: sign * total };
}

/** The length, or undefined when the text is absent or not a duration. */
export function durationOrUndefined(text: string | undefined): Millis | undefined {
  if (text === undefined) return undefined;
  const parsed = parseDuration(text);
  return parsed.ok ? parsed.ms : undefined;
}

/**
 * Whole seconds of a canary pause (`10`, `"10"`, `"5m"`); -1 for a text that is no duration.
 * rollout-engine.md §21.
 */
export function pauseSeconds(duration: number | string): number {
  if (typeof duration === 'number') return Math.trunc(duration);
  if (/^[-+]?\d+$/.test(duration)) return Number.parseInt(duration, 10);
  const parsed = parseDuration(duration);
  return parsed.ok ? Math.trunc(parsed.ms / SECOND) : -1;
}

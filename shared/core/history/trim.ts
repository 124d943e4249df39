/** Makes a transition fit: what a provider answered may be of any length. */
import type { JsonValue } from '../json.ts';
import type { Transition } from './record.ts';

const bytes = new TextEncoder();

/**
 * At most `limit` bytes as JSON (if that is not below its bare type and time): the message and texts in the details are
 * cut, details that still do not fit are left out; `details.trimmed` says so.
 */
export function trim(transition: Transition, limit: number): Transition {
  if (jsonBytes(transition) <= limit) return transition;
  const message = cut(transition.message, limit / 4);
  let kept: Transition = { ...transition, message, details: { trimmed: true } };
  for (const [name, value] of Object.entries(transition.details)) {
    const more = {
      ...kept,
      details: { ...kept.details, [name]: typeof value === 'string' ? cut(value, limit / 4) : value },
    };
    if (jsonBytes(more) <= limit) kept = more;
  }
  return kept;
}

/** Bytes of a value as JSON in UTF-8. */
export function jsonBytes(value: JsonValue | object): number {
  return bytes.encode(JSON.stringify(value)).length;
}

/** At most `limit` bytes as JSON text, quotes included; never half a character. */
function cut(text: string, limit: number): string {
  let kept = text;
  for (let size = jsonBytes(kept); size > limit && kept !== ''; size = jsonBytes(`${kept}…`)) {
    const length = Math.min(kept.length - 1, Math.floor((kept.length * limit) / size));
    kept = kept.slice(0, length).replace(/[\uD800-\uDBFF]$/, '');
  }
  return kept === text ? text : `${kept}…`;
}

/** The reference's hashes of a pod template and of the canary steps. engine §4.5, §4.6. */
import type { JsonValue } from '../json.ts';
import type { CanaryStep } from '../resources/argo.ts';
import type { PodTemplate } from '../resources/kubernetes.ts';
import { goJson } from './go-json.ts';
import { podTemplateFields } from './pod-template-schema.ts';
import { stepFields } from './step-schema.ts';

const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;
/** No vowels and no look-alikes, so that a hash never spells a word. */
const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';

/** By the template itself, which nobody edits in place: one pass asks for it again and again. */
const sums = new WeakMap<PodTemplate, number>();

/**
 * Value of the label `rollouts-pod-template-hash` for a template.
 * @param collisionCount how often this hash was found taken (`status.collisionCount`); undefined: never
 */
export function podTemplateHash(template: PodTemplate | undefined, collisionCount?: number): string {
  const sum = knownSum(template);
  return encode(collisionCount === undefined ? sum : fnv1a(countBytes(collisionCount), sum));
}

/** The API server may hold anything in its place. */
function knownSum(template: PodTemplate | undefined): number {
  if (typeof template !== 'object' || template === null) return sumOf({});
  const known = sums.get(template);
  if (known !== undefined) return known;
  const sum = sumOf(template as JsonValue);
  sums.set(template, sum);
  return sum;
}

function sumOf(template: JsonValue): number {
  return hashText(goJson(template, 'PodTemplateSpec', podTemplateFields));
}

/** Value of `status.currentStepHash`. An empty list is none: the reference drops it when it reads a Rollout. */
export function stepHash(steps: readonly CanaryStep[] = []): string {
  if (steps.length === 0) return encode(hashText('null'));
  const text = `[${steps.map((step) => goJson(step as JsonValue, 'CanaryStep', stepFields)).join(',')}]`;
  return encode(hashText(text));
}

const UTF8 = new TextEncoder();

/** FNV-1a of the text's UTF-8. Manifests are plain ASCII but for the rare one: those need no copy of their bytes. */
function hashText(text: string): number {
  let sum = FNV_OFFSET;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code > 0x7f) return fnv1a(UTF8.encode(text), FNV_OFFSET);
    sum = Math.imul(sum ^ code, FNV_PRIME);
  }
  return sum >>> 0;
}

/** Eight bytes, of which only the low four carry the count. */
function countBytes(count: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setUint32(0, count, true);
  return bytes;
}

function fnv1a(bytes: Uint8Array, start: number): number {
  let sum = start;
  for (const byte of bytes) sum = Math.imul(sum ^ byte, FNV_PRIME) >>> 0;
  return sum;
}

function encode(sum: number): string {
  let text = '';
  for (const digit of String(sum)) text += ALPHABET.charAt(digit.charCodeAt(0) % ALPHABET.length);
  return text;
}

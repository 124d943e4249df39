/** Arguments that come from Secrets, and keeping their values out of what is stored. analysis §4, §6.1. */
import { InvalidSpecError } from '../errors.ts';
import type { AnalysisRun, Argument } from '../resources/argo.ts';
import { spellings } from './spellings.ts';

/** Decoded data of the Secrets in the run's namespace, by Secret name; a missing Secret is absent. */
export type SecretLookup = ReadonlyMap<string, Readonly<Record<string, string>>>;

export interface SecretKey {
  readonly name: string;
  readonly key: string;
}

export interface ResolvedSecrets {
  /** The run's arguments, each secret one with its value. */
  readonly args: readonly Argument[];
  /** The secret values that are not empty. */
  readonly values: readonly string[];
}

export type Redact = (text: string) => string;

/** What Argo shows to validation in place of a secret value. */
const PLACEHOLDER = 'temp-for-secret';
const MASK = '*****';

/** The Secrets that must be read before planMeasurements can be asked. */
export function secretsNeeded(run: AnalysisRun): readonly SecretKey[] {
  return (run.spec.args ?? []).flatMap((arg) => {
    const ref = secretRefOf(arg);
    return ref === undefined ? [] : [{ name: ref.name, key: ref.key }];
  });
}

/** A secret reference wins over a value that stands next to it. */
export function withPlaceholders(args: readonly Argument[]): readonly Argument[] {
  return args.map((arg) => (secretRefOf(arg) === undefined ? arg : { name: arg.name, value: PLACEHOLDER }));
}

/** @throws InvalidSpecError for the first Secret or key that is missing */
export function resolveSecrets(args: readonly Argument[], secrets: SecretLookup): ResolvedSecrets {
  const values: string[] = [];
  const resolved = args.map((arg) => {
    const ref = secretRefOf(arg);
    if (ref === undefined) return arg;
    const value = secretValue(ref, secrets);
    if (value !== '') values.push(value);
    return { name: arg.name, value };
  });
  return { args: resolved, values };
}

/**
 * A function that masks every occurrence of the values, also as others write them (spellings.ts). Longer values first, so
 * that a value that contains another is masked as a whole.
 */
export function redactor(values: readonly string[]): Redact {
  const patterns = [...new Set(values.flatMap(spellings))]
    .filter((value) => value !== '')
    .toSorted((a, b) => b.length - a.length);
  return (text) => patterns.reduce((masked, pattern) => masked.replaceAll(pattern, MASK), text);
}

function secretRefOf(arg: Argument): SecretKey | undefined {
  return arg.valueFrom?.secretKeyRef ?? undefined;
}

function secretValue({ name, key }: SecretKey, secrets: SecretLookup): string {
  const data = secrets.get(name);
  if (data === undefined) throw new InvalidSpecError(`secrets "${name}" not found`);
  const value = Object.hasOwn(data, key) ? data[key] : undefined;
  if (value === undefined) throw new InvalidSpecError(`key '${key}' does not exist in secret '${name}'`);
  return value;
}

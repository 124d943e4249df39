/** Filling `{{args.…}}` into metrics. analysis §4. */
import { InvalidSpecError } from '../errors.ts';
import type { Argument, Metric } from '../resources/argo.ts';

/** Argo's order of a metric's fields: it decides which of several unknown tokens is the last. */
const FIELD_ORDER = [
  'name',
  'interval',
  'initialDelay',
  'count',
  'successCondition',
  'failureCondition',
  'failureLimit',
  'inconclusiveLimit',
  'consecutiveErrorLimit',
  'provider',
  'consecutiveSuccessLimit',
];

/** … and the order within the providers whose texts are many. */
const PROVIDER_ORDER: Readonly<Record<string, readonly string[]>> = {
  web: ['method', 'url', 'headers', 'body', 'timeoutSeconds', 'jsonPath', 'insecure', 'jsonBody', 'authentication'],
  prometheus: ['address', 'query', 'authentication', 'timeout', 'insecure', 'headers', 'rangeQuery'],
};

/**
 * Values by argument name; of two arguments with one name the later counts.
 * @throws InvalidSpecError for an argument without a value, used or not (a fieldRef left in a run never gets one)
 */
export function argumentValues(args: readonly Argument[]): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const { name, value } of args) {
    if (value === undefined || value === null) throw new InvalidSpecError(`argument "${name}" was not supplied`);
    values.set(name, value);
  }
  return values;
}

/**
 * The metric with its tokens replaced, wherever they stand in its texts.
 * @throws InvalidSpecError for an unknown token, an argument without value or one that breaks the metric
 */
export function resolveMetric(metric: Metric, args: readonly Argument[]): Metric {
  const values = argumentValues(args);
  const used: string[] = [];
  const text = substituteTokens(serialize(metric), (token) => {
    const value = valueOf(token, values);
    if (value !== undefined) used.push(value);
    return value === undefined ? undefined : JSON.stringify(value).slice(1, -1);
  });
  for (const value of used) assertFits(value);
  return JSON.parse(text) as Metric;
}

/**
 * A text outside a metric with its tokens replaced.
 * @throws InvalidSpecError for an unknown token, or an argument without value
 */
export function resolveText(text: string, args: readonly Argument[]): string {
  const values = argumentValues(args);
  return substituteTokens(text, (token) => valueOf(token, values));
}

function valueOf(token: string, values: ReadonlyMap<string, string>): string | undefined {
  return token.startsWith('args.') ? values.get(token.slice('args.'.length)) : undefined;
}

/**
 * Replace each `{{token}}`. An opening `{{` swallows everything up to the next `}}`; what is put in is not read again.
 * @param replacement the text for a trimmed token, undefined when it is unknown
 * @throws InvalidSpecError that names the last unknown token as it was written
 */
export function substituteTokens(text: string, replacement: (token: string) => string | undefined): string {
  let result = '';
  let unknown: string | undefined;
  let position = 0;
  for (let start = text.indexOf('{{'); start >= 0; start = text.indexOf('{{', position)) {
    const closing = text.indexOf('}}', start + 2);
    const end = closing < 0 ? text.length : closing;
    const written = text.slice(start + 2, end);
    const value = closing < 0 ? undefined : replacement(written.trim());
    if (value === undefined) unknown = written;
    result += text.slice(position, start) + (value ?? '');
    position = end + 2;
  }
  if (unknown !== undefined) throw new InvalidSpecError(`failed to resolve {{${unknown}}}`);
  return result + text.slice(position);
}

function serialize(metric: Metric): string {
  const providers = Object.entries(metric.provider ?? {}).map(([name, settings]) => {
    const order = PROVIDER_ORDER[name];
    return [name, order === undefined ? settings : inOrder(settings as object, order)] as const;
  });
  const ordered = metric.provider === undefined ? metric : { ...metric, provider: Object.fromEntries(providers) };
  return escapeForHtml(JSON.stringify(inOrder(ordered, FIELD_ORDER)));
}

function inOrder(object: object, order: readonly string[]): object {
  return Object.fromEntries(Object.entries(object).toSorted(([a], [b]) => order.indexOf(a) - order.indexOf(b)));
}

/** Go writes these three escaped, and a token that holds one is reported so. */
function escapeForHtml(json: string): string {
  return json.replaceAll('<', '\\u003c').replaceAll('>', '\\u003e').replaceAll('&', '\\u0026');
}

/** @throws InvalidSpecError for characters for which Go's quoting (strconv.Quote) writes escapes that JSON lacks */
function assertFits(value: string): void {
  // oxlint-disable-next-line no-control-regex -- control characters are what this looks for
  const misfit = /[\u0000-\u0007\u000b\u000e-\u001f\u007f]|(?=[\u{10000}-\u{10ffff}])\p{C}/u.exec(value)?.[0];
  if (misfit === undefined) return;
  const letter = { '\u0007': 'a', '\u000b': 'v' }[misfit] ?? (misfit.length > 1 ? 'U' : 'x');
  throw new InvalidSpecError(`invalid character '${letter}' in string escape code`);
}

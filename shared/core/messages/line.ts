/** A transition as one plain line for a terminal or a log. */
import type { Transition } from '../history/record.ts';
import type { JsonValue } from '../json.ts';
import type { Instant } from '../time.ts';

export interface LineSubject {
  readonly namespace: string;
  readonly rollout: string;
}

/** `10:04:12  canary/my-app  measured        success-rate = [0.99] → Successful  (result[0] >= 0.95)` */
export function transitionLine({ namespace, rollout }: LineSubject, transition: Transition): string {
  const what = `${transition.message}${ruleText(transition)}`;
  return printable(`${clockText(transition.at)}  ${namespace}/${rollout}  ${transition.type.padEnd(18)} ${what}`);
}

/** The query, values and rule that decided: what a person asks first after an abort. */
export function evidenceLines(measured: readonly Transition[]): readonly string[] {
  const last = measured.at(-1);
  if (last === undefined) return [];
  const values = measured.map(({ details }) => `${text(details['value'])} ${text(details['phase'])}`);
  return [
    `query:  ${oneLine(text(details(last, 'query')))}`,
    `values: ${values.join(', ')}`,
    `rule:   ${conditionText(last)}`,
  ].map(printable);
}

function details(transition: Transition, key: string): JsonValue | undefined {
  return transition.details[key];
}

function ruleText(transition: Transition): string {
  if (transition.type !== 'measured') return '';
  const stable = stableText(transition);
  return `  (${decisionText(transition)}${stable === undefined ? '' : `; stable ${stable}`})`;
}

/** How the rule that decided answered; where nobody knows any more, the conditions. */
export function decisionText(transition: Transition): string {
  const { rule } = transition.details;
  return rule === undefined ? conditionText(transition) : text(rule);
}

/** What the stable version's pods said to the same query; undefined: it was not asked. */
export function stableText({ details: { stable } }: Transition): string | undefined {
  if (typeof stable !== 'object' || stable === null || !('value' in stable || 'error' in stable)) return undefined;
  return 'value' in stable ? text(stable.value) : `– (${text(stable.error)})`;
}

function conditionText({ details: { successCondition, failureCondition } }: Transition): string {
  const parts = [
    successCondition === undefined ? [] : [`success when ${text(successCondition)}`],
    failureCondition === undefined ? [] : [`failure when ${text(failureCondition)}`],
  ].flat();
  return parts.length === 0 ? 'no condition' : parts.join(', ');
}

function clockText(at: Instant): string {
  return new Date(at).toISOString().slice(11, 19);
}

function oneLine(value: string): string {
  return value.replaceAll(/\s+/g, ' ').trim();
}

/** A detail of a transition as a person reads it. */
export function text(value: JsonValue | undefined): string {
  if (value === undefined) return '–';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** What ends a line, commands a terminal or turns the direction of writing. */
// oxlint-disable-next-line no-control-regex -- these are exactly the characters to drop
const COMMANDING = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;
/** What nobody sees, so that two names look the same. */
const INVISIBLE = /[\u00ad\u200b-\u200d\u2060-\u2064\ufeff\u{e0000}-\u{e007f}]/gu;

/** A label or message as a person may be shown it: nothing in it acts, and nothing hides. */
export function printable(value: string): string {
  return value.replaceAll(COMMANDING, ' ').replaceAll(INVISIBLE, '');
}

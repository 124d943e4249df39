/** Label and field selectors, as query texts and as the LabelSelector of a spec. */
import { isRecord, recordAt, type ApiObject } from './objects.ts';
import { badRequest } from './status-error.ts';

type Labels = Readonly<Record<string, string>>;
type Matcher = (labels: Labels) => boolean;

const SET_REQUIREMENT = /^([^\s()=!,]+)\s+(in|notin)\s*\(([^()]*)\)$/;
const EQUALITY_REQUIREMENT = /^([^\s()=!,]+)\s*(==|=|!=)\s*([^\s()=!,]*)$/;
const PRESENCE_REQUIREMENT = /^(!?)\s*([^\s()=!,]+)$/;

/** `a=b,c!=d,e in (f,g),h notin (i),j,!k`; empty matches everything. @throws StatusError 400 when it is none */
export function parseLabelSelector(text: string | undefined): Matcher {
  const matchers = splitRequirements(text ?? '').map(parseRequirement);
  return (labels) => matchers.every((matches) => matches(labels));
}

/** Commas inside of parentheses separate values, others requirements. */
function splitRequirements(text: string): readonly string[] {
  if (text.trim() === '') return [];
  return text.split(/,(?![^()]*\))/).map((part) => part.trim());
}

function parseRequirement(text: string): Matcher {
  const [, setKey, operator, list] = SET_REQUIREMENT.exec(text) ?? [];
  if (setKey !== undefined) {
    const values = (list ?? '').split(',').map((value) => value.trim());
    return operator === 'in' ? isIn(setKey, values) : isNotIn(setKey, values);
  }
  const [, key, sign, value = ''] = EQUALITY_REQUIREMENT.exec(text) ?? [];
  if (key !== undefined) return sign === '!=' ? isNotIn(key, [value]) : isIn(key, [value]);
  const [, not, present] = PRESENCE_REQUIREMENT.exec(text) ?? [];
  if (present === undefined) throw badRequest(`unable to parse requirement: found '${text}'`);
  return (labels) => Object.hasOwn(labels, present) === (not === '');
}

function isIn(key: string, values: readonly string[]): Matcher {
  return (labels) => Object.hasOwn(labels, key) && values.includes(labels[key] ?? '');
}

/** An absent label is not in any set. */
function isNotIn(key: string, values: readonly string[]): Matcher {
  return (labels) => !isIn(key, values)(labels);
}

/** Field selectors that every kind knows. @throws StatusError 400 for other fields */
export function parseFieldSelector(text: string | undefined): (object: ApiObject) => boolean {
  const matchers = splitRequirements(text ?? '').map((part) => {
    const [, field, sign, value = ''] = /^([\w.]+)\s*(==|=|!=)\s*(.*)$/.exec(part) ?? [];
    if (field === undefined) throw badRequest(`invalid field selector: ${JSON.stringify(part)}`);
    const read = fieldReader(field);
    return (object: ApiObject) => (read(object) === value) === (sign !== '!=');
  });
  return (object) => matchers.every((matches) => matches(object));
}

function fieldReader(field: string): (object: ApiObject) => string {
  if (field === 'metadata.name') return (object) => object.metadata.name;
  if (field === 'metadata.namespace') return (object) => object.metadata.namespace ?? '';
  const involved = /^involvedObject\.(\w+)$/.exec(field)?.[1];
  // kubectl describe asks for the events of one object.
  if (involved !== undefined) return (object) => textAt(recordAt(object, 'involvedObject'), involved);
  const known = /^(spec|status)\.(nodeName|phase|restartPolicy)$/.exec(field);
  if (known?.[1] !== undefined && known[2] !== undefined) {
    const [, section, key] = known;
    return (object) => textAt(recordAt(object, section), key);
  }
  throw badRequest(`field label not supported: ${field}`);
}

function textAt(record: Readonly<Record<string, unknown>>, key: string): string {
  const value = record[key];
  return typeof value === 'string' ? value : '';
}

/** The `selector` of a ReplicaSet. An absent or empty one matches everything, as in Kubernetes. */
export function matchesSelector(selector: unknown, labels: Labels): boolean {
  if (!isRecord(selector)) return true;
  const pairs = Object.entries(recordAt(selector, 'matchLabels'));
  const expressions = Array.isArray(selector['matchExpressions']) ? selector['matchExpressions'] : [];
  return (
    pairs.every(([key, value]) => Object.hasOwn(labels, key) && labels[key] === value) &&
    expressions.every((expression) => isRecord(expression) && matchesExpression(expression, labels))
  );
}

function matchesExpression(expression: Readonly<Record<string, unknown>>, labels: Labels): boolean {
  const key = String(expression['key']);
  const values = Array.isArray(expression['values']) ? expression['values'].map(String) : [];
  switch (expression['operator']) {
    case 'In':
      return isIn(key, values)(labels);
    case 'NotIn':
      return isNotIn(key, values)(labels);
    case 'Exists':
      return Object.hasOwn(labels, key);
    case 'DoesNotExist':
      return !Object.hasOwn(labels, key);
    default:
      return false;
  }
}

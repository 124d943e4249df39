/**
 * Do two pod templates mean the same to Kubernetes? The routine on which "nothing changed" rests: a wrong "no" redeploys
 * an idle Rollout. engine §4.2 rule 3.
 */
import type { JsonObject, JsonValue } from '../json.ts';
import { EPHEMERAL_METADATA, POD_TEMPLATE_HASH } from '../resources/keys.ts';
import type { PodTemplate, ReplicaSet } from '../resources/kubernetes.ts';
import { withoutInjectedAntiAffinity } from './anti-affinity.ts';
import { parseEphemeralMetadata, withoutMetadata } from './injected-metadata.ts';
import type { Field } from './go-schema.ts';
import { withDefaults } from './pod-template-defaults.ts';
import { podTemplateFields } from './pod-template-schema.ts';
import { quantityValue } from './quantity.ts';
import { sameJson } from './same-json.ts';

/** Is this the ReplicaSet of the template? What the engine itself has put into it does not count. */
export function templateMatches(replicaSet: ReplicaSet, desired: PodTemplate): boolean {
  const injected = parseEphemeralMetadata(replicaSet.metadata.annotations?.[EPHEMERAL_METADATA]);
  const stored = replicaSet.spec?.template ?? {};
  return sameTemplate(
    withoutInjectedAntiAffinity(withoutMetadata(stored, injected)),
    withoutMetadata(desired, injected),
  );
}

/**
 * Equal under Kubernetes' defaulting, with quantities compared by value and empty equal to absent. The pod hash label and
 * the deprecated alias `serviceAccount` do not count; nor do fields that the schema does not know.
 */
export function sameTemplate(a: PodTemplate, b: PodTemplate): boolean {
  return sameStruct(compared(a), compared(b), 'PodTemplateSpec');
}

/** What of a template counts. */
function compared(template: PodTemplate): JsonObject {
  const { [POD_TEMPLATE_HASH]: _hash, ...labels } = template.metadata?.labels ?? {};
  const { creationTimestamp: _created, ...metadata } = template.metadata ?? {};
  const { serviceAccount: _alias, ...spec } = template.spec ?? { containers: [] };
  const bare = { metadata: { ...metadata, labels }, spec: withHostPorts(spec as unknown as JsonObject) };
  return bare as unknown as JsonObject;
}

/** Older API servers store `hostPort` = `containerPort` in templates on the host network. */
function withHostPorts(spec: JsonObject): JsonObject {
  if (spec['hostNetwork'] !== true) return spec;
  const mapped = (name: string) => listOf(spec[name]).map((container) => withHostPortsOf(objectOf(container)));
  return { ...spec, containers: mapped('containers'), initContainers: mapped('initContainers') };
}

function withHostPortsOf(container: JsonObject): JsonObject {
  const ports = listOf(container['ports']).map((port) => {
    const { hostPort, ...rest } = objectOf(port);
    return { ...rest, hostPort: hostPort || (rest['containerPort'] ?? null) };
  });
  return { ...container, ports };
}

function sameStruct(a: JsonObject, b: JsonObject, struct: string): boolean {
  if (a === b) return true;
  const fields = podTemplateFields(struct) ?? [];
  const [filledA, filledB] = [withDefaults(struct, a, fields), withDefaults(struct, b, fields)];
  return fields.every((field) => sameMember(filledA[field.name] ?? undefined, filledB[field.name] ?? undefined, field));
}

function sameMember(a: JsonValue | undefined, b: JsonValue | undefined, field: Field): boolean {
  if (a === b) return true;
  if (a === undefined || b === undefined) return isEmpty(a, field) && isEmpty(b, field);
  switch (field.shape) {
    case 'scalar':
    case 'number':
      return sameJson(a, b) || (isEmpty(a, field) && isEmpty(b, field));
    case 'pointer':
      return sameJson(a, b);
    case 'list':
      return sameList(listOf(a), listOf(b), field);
    case 'map':
      return sameMap(objectOf(a), objectOf(b), field);
    case 'struct':
    case 'structPointer':
      return sameStruct(objectOf(a), objectOf(b), field.of ?? '');
    case 'quantity':
    case 'quantityPointer':
      return quantityValue(asText(a)) === quantityValue(asText(b));
  }
}

/** As good as absent. */
function isEmpty(value: JsonValue | undefined, field: Field): boolean {
  if (value === undefined) return true;
  switch (field.shape) {
    case 'scalar':
    case 'number':
      return value === '' || value === 0 || value === false;
    case 'pointer':
    case 'quantityPointer':
      return false;
    case 'list':
      return listOf(value).length === 0;
    case 'map':
      return Object.keys(objectOf(value)).length === 0;
    case 'struct':
      return isEmptyStruct(objectOf(value), field.of ?? '');
    case 'structPointer':
      return AFFINITY.has(field.of ?? '') && isEmptyStruct(objectOf(value), field.of ?? '');
    case 'quantity':
      return quantityValue(asText(value)) === '0';
  }
}

/** Emptied, and then dropped, when the injected anti-affinity is taken out; no other pointer may be confused with absent. */
const AFFINITY: ReadonlySet<string> = new Set(['Affinity', 'PodAntiAffinity']);

function isEmptyStruct(value: JsonObject, struct: string): boolean {
  const fields = podTemplateFields(struct) ?? [];
  const filled = withDefaults(struct, value, fields);
  return fields.every((field) => isEmpty(filled[field.name] ?? undefined, field));
}

function sameList(a: readonly JsonValue[], b: readonly JsonValue[], field: Field): boolean {
  return a.length === b.length && a.every((item, index) => sameElement(item, b[index] ?? null, field));
}

function sameMap(a: JsonObject, b: JsonObject, field: Field): boolean {
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && sameElement(a[key] ?? null, b[key] ?? null, field))
  );
}

/** Quantities in maps are amounts of resources, which are stored in thousandths. */
function sameElement(a: JsonValue, b: JsonValue, field: Field): boolean {
  if (a === b) return true;
  if (field.of === undefined) return sameJson(a, b);
  if (field.of === 'quantity') return quantityValue(asText(a), true) === quantityValue(asText(b), true);
  return sameStruct(objectOf(a), objectOf(b), field.of);
}

function listOf(value: JsonValue | undefined): readonly JsonValue[] {
  return Array.isArray(value) ? (value as readonly JsonValue[]) : [];
}

function objectOf(value: JsonValue | undefined): JsonObject {
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as JsonObject) : {};
}

function asText(value: JsonValue): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

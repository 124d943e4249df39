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
  return sameJson(canonicalTemplate(a), canonicalTemplate(b));
}

function canonicalTemplate(template: PodTemplate): JsonValue {
  const { [POD_TEMPLATE_HASH]: _hash, ...labels } = template.metadata?.labels ?? {};
  const { creationTimestamp: _created, ...metadata } = template.metadata ?? {};
  const { serviceAccount: _alias, ...spec } = template.spec ?? { containers: [] };
  const bare = { metadata: { ...metadata, labels }, spec: withHostPorts(spec as unknown as JsonObject) };
  return canonicalStruct(bare as unknown as JsonObject, 'PodTemplateSpec') ?? {};
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

/** undefined: empty. */
function canonicalStruct(value: JsonObject, struct: string): JsonObject | undefined {
  const fields = podTemplateFields(struct) ?? [];
  const filled = withDefaults(struct, value, fields);
  const members = fields.flatMap((field) => {
    const member = canonicalMember(filled[field.name] ?? undefined, field);
    return member === undefined ? [] : [[field.name, member] as const];
  });
  return members.length === 0 ? undefined : Object.fromEntries(members);
}

/** undefined: as good as absent. */
function canonicalMember(value: JsonValue | undefined, field: Field): JsonValue | undefined {
  if (value === undefined) return undefined;
  switch (field.shape) {
    case 'scalar':
    case 'number':
      return value === '' || value === 0 || value === false ? undefined : value;
    case 'pointer':
      return value;
    case 'list': {
      const items = listOf(value).map((item) => canonicalElement(item, field));
      return items.length === 0 ? undefined : items;
    }
    case 'map': {
      const entries = Object.entries(objectOf(value)).map(([key, item]) => [key, canonicalElement(item, field)]);
      return entries.length === 0 ? undefined : (Object.fromEntries(entries) as JsonObject);
    }
    case 'struct':
      return canonicalStruct(objectOf(value), field.of ?? '');
    case 'structPointer':
      return canonicalStruct(objectOf(value), field.of ?? '') ?? (AFFINITY.has(field.of ?? '') ? undefined : {});
    case 'quantity':
      return quantityValue(asText(value)) === '0' ? undefined : quantityValue(asText(value));
    case 'quantityPointer':
      return quantityValue(asText(value));
  }
}

/** Emptied, and then dropped, when the injected anti-affinity is taken out; no other pointer may be confused with absent. */
const AFFINITY: ReadonlySet<string> = new Set(['Affinity', 'PodAntiAffinity']);

/** Quantities in maps are amounts of resources, which are stored in thousandths. */
function canonicalElement(item: JsonValue, field: Field): JsonValue {
  if (field.of === undefined) return item;
  if (field.of === 'quantity') return quantityValue(asText(item), true);
  return canonicalStruct(objectOf(item), field.of) ?? {};
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

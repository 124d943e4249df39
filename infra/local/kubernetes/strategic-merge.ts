/**
 * Strategic merge patch for built-in kinds: merge patch in which some lists are merged by a key.
 *
 * Known: the merge keys below (by field name, as no Go types are at hand), `$patch: delete | replace`, `$retainKeys`
 * and `$deleteFromPrimitiveList`. `$setElementOrder` is dropped: elements keep their place, new ones go to the end.
 */
import { isRecord, type Draft } from './objects.ts';

/** Key by which the elements of a list are told apart; the first that the elements have. */
const MERGE_KEYS: Readonly<Record<string, readonly string[]>> = {
  containers: ['name'],
  initContainers: ['name'],
  ephemeralContainers: ['name'],
  env: ['name'],
  volumes: ['name'],
  imagePullSecrets: ['name'],
  secrets: ['name'],
  ports: ['containerPort', 'port'],
  volumeMounts: ['mountPath'],
  volumeDevices: ['devicePath'],
  hostAliases: ['ip'],
  topologySpreadConstraints: ['topologyKey'],
  ownerReferences: ['uid'],
  conditions: ['type'],
};

/** Lists of texts that are united instead of replaced. */
const SETS: ReadonlySet<string> = new Set(['finalizers']);

export function strategicMerge(target: unknown, patch: unknown): unknown {
  if (!isRecord(patch)) return patch;
  if (patch['$patch'] === 'replace') return withoutDirectives(patch);
  if (patch['$patch'] === 'delete') return {};
  const merged = retained(isRecord(target) ? target : {}, patch['$retainKeys']);
  for (const [key, value] of Object.entries(patch)) {
    if (key.startsWith('$deleteFromPrimitiveList/')) removeTexts(merged, key, value);
    if (key.startsWith('$')) continue;
    if (value === null) delete merged[key];
    else merged[key] = mergeField(key, merged[key], value);
  }
  return merged;
}

/** Only the fields that `$retainKeys` lists survive from the target. */
function retained(target: Readonly<Draft>, keys: unknown): Draft {
  if (!Array.isArray(keys)) return { ...target };
  return Object.fromEntries(Object.entries(target).filter(([key]) => keys.includes(key)));
}

function mergeField(field: string, old: unknown, patch: unknown): unknown {
  if (!Array.isArray(patch)) return strategicMerge(old, patch);
  const before: readonly unknown[] = Array.isArray(old) ? old : [];
  if (SETS.has(field)) return [...new Set([...before, ...patch])];
  const mergeKey = MERGE_KEYS[field]?.find((key) =>
    [...before, ...patch].some((each) => isRecord(each) && key in each),
  );
  return mergeKey === undefined ? patch : mergeByKey(mergeKey, before.filter(isRecord), patch.filter(isRecord));
}

function mergeByKey(mergeKey: string, old: readonly Draft[], patch: readonly Draft[]): readonly Draft[] {
  if (patch.some((element) => element['$patch'] === 'replace')) {
    return patch.filter((element) => element['$patch'] !== 'replace').map(withoutDirectives);
  }
  let merged = [...old];
  for (const element of patch) {
    const at = merged.findIndex((each) => each[mergeKey] === element[mergeKey]);
    if (element['$patch'] === 'delete') merged = merged.filter((_, index) => index !== at);
    else if (at === -1) merged.push(strategicMerge({}, element) as Draft);
    else merged[at] = strategicMerge(merged[at], element) as Draft;
  }
  return merged;
}

function removeTexts(merged: Draft, directive: string, texts: unknown): void {
  const field = directive.slice(directive.indexOf('/') + 1);
  const list = merged[field];
  if (Array.isArray(list) && Array.isArray(texts)) merged[field] = list.filter((text) => !texts.includes(text));
}

function withoutDirectives(patch: Readonly<Draft>): Draft {
  return Object.fromEntries(Object.entries(patch).filter(([key]) => !key.startsWith('$')));
}

/** All findings about a set of manifests: each rule asked about each of Argo's objects. */
import { samePath, type Finding } from './finding.ts';
import type { KubernetesObject } from '../resources/kubernetes.ts';
import { argoKindOf, type Manifest } from './manifest.ts';
import type { Readers } from './readers.ts';
import type { Rule, Subject } from './rule.ts';
import { RULES } from './rules.ts';
import { isUnreadable, MISSING_FIELD, WRONG_VALUE } from './rules/fields.ts';

const SCHEMA: readonly string[] = [MISSING_FIELD.id, WRONG_VALUE.id];

export function lintManifests(given: readonly Manifest[], readers: Readers): readonly Finding[] {
  const all = given.map((manifest) => (isUnreadable(manifest, readers) ? emptied(manifest) : manifest));
  return given
    .filter(({ object }) => argoKindOf(object) !== undefined)
    .flatMap((manifest) => withoutEchoes(lintManifest({ manifest, all, readers })));
}

/** Where types are wrong nothing else can be said: the other rules rely on them. */
function lintManifest(subject: Subject): readonly Finding[] {
  const isShapeless = isUnreadable(subject.manifest, subject.readers);
  const rules = isShapeless ? RULES.filter(({ looksAtShape }) => looksAtShape === true) : RULES;
  return rules.flatMap((rule) => findingsOf(rule, subject));
}

/** It is there for those who name it, and that is all that is known of it. */
function emptied({ object, ...rest }: Manifest): Manifest {
  return { ...rest, object: { ...object, spec: {} } as KubernetesObject };
}

function findingsOf(rule: Rule, subject: Subject): readonly Finding[] {
  const { id, severity } = rule;
  return rule.find(subject).map((problem) => ({ rule: id, severity, manifest: subject.manifest.id, ...problem }));
}

/** What the schema says too is told once: in Argo's words, where it has some. */
function withoutEchoes(findings: readonly Finding[]): readonly Finding[] {
  const isEcho = (finding: Finding) =>
    SCHEMA.includes(finding.rule) &&
    findings.some((other) => !SCHEMA.includes(other.rule) && samePath(other.path, finding.path));
  return findings.filter((finding) => !isEcho(finding));
}

/** All findings about a set of manifests: each rule asked about each of Argo's objects. */
import { samePath, type Finding } from './finding.ts';
import { argoKindOf, type Manifest } from './manifest.ts';
import type { Readers } from './readers.ts';
import type { Rule, Subject } from './rule.ts';
import { RULES } from './rules.ts';
import { isUnreadable, MISSING_FIELD } from './rules/fields.ts';

export function lintManifests(all: readonly Manifest[], readers: Readers): readonly Finding[] {
  return all
    .filter(({ object }) => argoKindOf(object) !== undefined)
    .flatMap((manifest) => withoutEchoes(lintManifest({ manifest, all, readers })));
}

/** Where types are wrong nothing else can be said: the other rules rely on them. */
function lintManifest(subject: Subject): readonly Finding[] {
  const rules = isUnreadable(subject) ? RULES.filter(({ looksAtShape }) => looksAtShape === true) : RULES;
  return rules.flatMap((rule) => findingsOf(rule, subject));
}

function findingsOf(rule: Rule, subject: Subject): readonly Finding[] {
  const { id, severity } = rule;
  return rule.find(subject).map((problem) => ({ rule: id, severity, manifest: subject.manifest.id, ...problem }));
}

/** A missing field is told once: in Argo's words, where it has some. */
function withoutEchoes(findings: readonly Finding[]): readonly Finding[] {
  const isEcho = (finding: Finding) =>
    finding.rule === MISSING_FIELD.id &&
    findings.some((other) => other.rule !== finding.rule && samePath(other.path, finding.path));
  return findings.filter((finding) => !isEcho(finding));
}

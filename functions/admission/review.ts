/**
 * What is said about an object at apply time. Refused is only what Argo's own validation refuses: it would be taken and then
 * stand still. What was wrong before the change is no reason to refuse the change, which may be a label or the way out.
 * Everything else is a warning, as `kubectl apply` shows it.
 */
import type { Finding } from '#core/lint/finding.ts';
import { pathText } from '#core/lint/finding.ts';
import { lintManifests } from '#core/lint/lint.ts';
import { withoutNulls } from '#core/lint/manifest.ts';
import type { Readers } from '#core/lint/readers.ts';
import { INVALID_ANALYSIS, INVALID_ROLLOUT } from '#core/lint/rules/argo-refuses.ts';
import { NOT_AMONG_FILES } from '#core/lint/rules/references.ts';
import type { KubernetesObject } from '#core/resources/kubernetes.ts';
import { SECOND } from '#core/time.ts';

export interface Review {
  readonly allowed: boolean;
  /** Why not; empty when it is. */
  readonly message: string;
  readonly warnings: readonly string[];
}

const REFUSED: readonly string[] = [INVALID_ROLLOUT.id, INVALID_ANALYSIS.id];
/** One object is seen here at a time: what it names may come with the next. */
const UNKNOWN_HERE: readonly string[] = [NOT_AMONG_FILES.id];

/** What client-go shows of a warning, and the API server's limit of all together. */
const LONGEST_WARNING = 256;
const MOST_WARNINGS = 12;

/** The schema has been checked by the API server; queries are read by `weir lint`, which has the time for it. */
const READERS: Readers = {
  checkFields: () => ({ misfits: [], unknown: [] }),
  readQuery: () => ({ state: 'open' }),
  scrapeInterval: 30 * SECOND,
};

export function reviewObject(object: KubernetesObject, before?: KubernetesObject | null): Review {
  const findings = findingsOf(object);
  const known = before ? findingsOf(before).map(({ message }) => message) : [];
  const isRefused = ({ rule, message }: Finding) => REFUSED.includes(rule) && !known.includes(message);
  const refusals = findings.filter(isRefused);
  const warnings = findings.filter((finding) => finding.severity !== 'info' && !isRefused(finding));
  return {
    allowed: refusals.length === 0,
    message: refusals.map(({ message, fix }) => `${message}; ${fix}`).join('\n'),
    warnings: warnings.slice(0, MOST_WARNINGS).map(warningText),
  };
}

function findingsOf(object: KubernetesObject): readonly Finding[] {
  const manifest = { id: 0, folder: '', object: withoutNulls(object) as KubernetesObject };
  return lintManifests([manifest], READERS).filter(({ rule }) => !UNKNOWN_HERE.includes(rule));
}

function warningText({ path, message, fix, rule }: Finding): string {
  const text = `weir: ${pathText(path)}: ${message}; ${fix} (${rule})`;
  return text.length <= LONGEST_WARNING ? text : `${text.slice(0, LONGEST_WARNING - 1)}…`;
}

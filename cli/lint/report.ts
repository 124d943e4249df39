/** Findings for people and for scripts. */
import type { Severity } from '#core/lint/finding.ts';
import type { Io } from '../io.ts';
import type { Place } from './place.ts';

export interface PlacedFinding extends Place {
  readonly severity: Severity;
  readonly rule: string;
  readonly message: string;
  readonly fix: string;
}

const COLOURS: Readonly<Record<Severity, 'red' | 'yellow' | 'blue'>> = {
  error: 'red',
  warning: 'yellow',
  info: 'blue',
};

export function reportText(findings: readonly PlacedFinding[], objects: number, io: Io): void {
  for (const { file, line, column, severity, rule, message, fix } of findings) {
    io.print(`${file}:${line}:${column}  ${io.paint(COLOURS[severity], severity)}  ${message}  (${rule})`);
    io.print(`    fix: ${fix}`);
  }
  io.print(`${counted(objects, 'object')} of Argo Rollouts: ${summary(findings)}`);
}

function summary(findings: readonly PlacedFinding[]): string {
  const count = (severity: Severity) => findings.filter((finding) => finding.severity === severity).length;
  if (findings.length === 0) return 'nothing to tell';
  return `${counted(count('error'), 'error')}, ${counted(count('warning'), 'warning')}, ${count('info')} for information`;
}

function counted(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}

export function reportJson(findings: readonly PlacedFinding[], io: Io): void {
  io.print(JSON.stringify(findings.map(jsonOf), undefined, 2));
}

function jsonOf({ file, line, column, severity, rule, message, fix }: PlacedFinding): PlacedFinding {
  return { file, line, column, severity, rule, message, fix };
}

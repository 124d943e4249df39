/** What lint says about a manifest, and where. */

/** `error`: the API server or Argo Rollouts refuses it, or it can never work. `warning`: it works until it bites. */
export type Severity = 'error' | 'warning' | 'info';

/** Keys and list indexes from the object down to a field; the field itself may be absent. */
export type Path = readonly (string | number)[];

/** What one rule found. */
export interface Problem {
  readonly path: Path;
  /** Offset (UTF-16 units) within the text at `path`, where the problem is a part of it. */
  readonly within?: number;
  readonly message: string;
  readonly fix: string;
}

export interface Finding extends Problem {
  readonly rule: string;
  readonly severity: Severity;
  /** Of the manifest that it is about. */
  readonly manifest: number;
}

/** `spec.metrics[0].name` */
export function pathText(path: Path): string {
  return path.map((key, index) => (typeof key === 'number' ? `[${key}]` : index === 0 ? key : `.${key}`)).join('');
}

export function samePath(a: Path, b: Path): boolean {
  return a.length === b.length && a.every((key, index) => key === b[index]);
}

/**
 * Objects against the schemas of Argo's CRDs, as generated from its Go types.
 *
 * The generated validators tell wrong types and missing fields, but let unknown fields pass. Which fields there are is
 * known to them alone: they ask for each one by name. So the object is watched while it is validated, and a field that
 * nobody asked for is unknown.
 */
import { AnalysisRun } from '@kubernetes-models/argo-rollouts/argoproj.io/v1alpha1/AnalysisRun';
import { AnalysisTemplate } from '@kubernetes-models/argo-rollouts/argoproj.io/v1alpha1/AnalysisTemplate';
import { ClusterAnalysisTemplate } from '@kubernetes-models/argo-rollouts/argoproj.io/v1alpha1/ClusterAnalysisTemplate';
import { Experiment } from '@kubernetes-models/argo-rollouts/argoproj.io/v1alpha1/Experiment';
import { Rollout } from '@kubernetes-models/argo-rollouts/argoproj.io/v1alpha1/Rollout';
import type { Path } from '#core/lint/finding.ts';
import { argoKindOf } from '#core/lint/manifest.ts';
import type { FieldReport, Misfit, UnknownField } from '#core/lint/readers.ts';
import type { KubernetesObject } from '#core/resources/kubernetes.ts';

const MODELS = { Rollout, AnalysisTemplate, ClusterAnalysisTemplate, AnalysisRun, Experiment };

/** The status is the controller's: nobody writes it by hand, and newer controllers write more into it. */
export function checkFields(whole: KubernetesObject): FieldReport {
  const { status: _, ...object } = whole as KubernetesObject & { readonly status?: unknown };
  const kind = argoKindOf(object);
  if (kind === undefined) return { misfits: [], unknown: [] };
  const watch = new Watch();
  const misfits = misfitsOf(() => MODELS[kind].prototype.validate.call(watch.watched(object, [])));
  return { misfits, unknown: watch.unasked() };
}

interface ValidatorError {
  readonly instancePath: string;
  readonly keyword: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly message?: string;
}

function misfitsOf(validate: () => void): readonly Misfit[] {
  try {
    validate();
    return [];
  } catch (error) {
    const { errors } = error as { readonly errors?: readonly ValidatorError[] };
    if (errors === undefined) throw error;
    return errors.filter(({ keyword }) => !COMBINING.has(keyword)).map(misfitOf);
  }
}

/** They only say that one of several alternatives, each told by itself, does not fit. */
const COMBINING: ReadonlySet<string> = new Set(['oneOf', 'anyOf', 'if', 'not']);

function misfitOf({ instancePath, keyword, params, message = 'does not fit' }: ValidatorError): Misfit {
  const path = instancePath.split('/').slice(1).map(keyOf);
  if (keyword === 'required') return { path: [...path, String(params['missingProperty'])], message, is: 'missing' };
  if (keyword === 'type') return { path, message, is: 'mistyped' };
  return { path, message: withChoices(message, params), is: 'not allowed' };
}

function keyOf(written: string): string | number {
  if (/^\d+$/.test(written)) return Number(written);
  return decodeURIComponent(written).replaceAll('~1', '/').replaceAll('~0', '~');
}

function withChoices(message: string, { allowedValues }: Readonly<Record<string, unknown>>): string {
  return Array.isArray(allowedValues) ? `${message}: ${allowedValues.join(', ')}` : message;
}

interface Watched {
  readonly path: Path;
  readonly members: readonly string[];
  readonly asked: Set<string>;
}

class Watch {
  readonly #objects: Watched[] = [];

  /** The same value to whoever reads it, except that each member asked for is noted. */
  watched<T>(value: T, path: Path): T {
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return value.map((item: unknown, index) => this.watched(item, [...path, index])) as T;
    const entries = Object.entries(value);
    const members = Object.fromEntries(entries.map(([key, member]) => [key, this.watched(member, [...path, key])]));
    return this.#watchedObject(members, path) as T;
  }

  #watchedObject(members: Record<string, unknown>, path: Path): object {
    const asked = new Set<string>();
    this.#objects.push({ path, members: Object.keys(members), asked });
    return new Proxy(members, {
      get: (target, key) => {
        asked.add(String(key));
        return Reflect.get(target, key) as unknown;
      },
      // A map: whoever goes through its keys takes any.
      ownKeys: (target) => {
        for (const key of Object.keys(target)) asked.add(key);
        return Reflect.ownKeys(target);
      },
    });
  }

  /** Members that nobody asked for. An object of which nothing was asked is free in form. */
  unasked(): readonly UnknownField[] {
    return this.#objects.flatMap(({ path, members, asked }) =>
      asked.size === 0
        ? []
        : members.filter((name) => !asked.has(name)).map((name) => ({ path: [...path, name], known: [...asked] })),
    );
  }
}

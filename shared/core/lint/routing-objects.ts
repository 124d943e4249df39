/** Objects of traffic routers among the given manifests. What a router makes by itself need not be there. */
import type { Rollout } from '../resources/argo.ts';
import type { KubernetesObject, ObjectRef } from '../resources/kubernetes.ts';
import { routingProblems } from '../rollout/validate-routing.ts';
import { routersOf } from '../traffic-routing/registry.ts';
import type { RoutingProblems } from '../traffic-routing/router.ts';
import { pathOfFieldError } from './field-path.ts';
import type { Path } from './finding.ts';
import { objectsInReach } from './manifest.ts';
import type { Subject } from './rule.ts';

const NOT_FOUND = /: ([^:]*?) not found$/;

/** Named, and not given. */
export function missingRoutingObjects(
  rollout: Rollout,
  subject: Subject,
): readonly { readonly path: Path; readonly message: string }[] {
  return problemsOf(rollout, subject).missing.flatMap((message) => {
    const name = NOT_FOUND.exec(message)?.[1];
    const path = pathOfFieldError(message, rollout);
    return name === undefined ? [] : [{ path, message: `${name} is not among the given files` }];
  });
}

/** Given, and not fit; or fields of the Rollout that do not go together. In the words of the engine. */
export function unfitRoutingObjects(rollout: Rollout, subject: Subject): readonly string[] {
  const { missing, unfit } = problemsOf(rollout, subject);
  return [...missing.filter((message) => !NOT_FOUND.test(message)), ...unfit];
}

function problemsOf(rollout: Rollout, subject: Subject): RoutingProblems {
  const reads = (known: readonly KubernetesObject[]) =>
    routersOf(rollout).flatMap((router) => router.reads(rollout, known));
  const find = (refs: readonly ObjectRef[]) => refs.flatMap((ref) => given(ref, subject));
  // An object may name another one, and that one no more.
  return routingProblems({ rollout, routingObjects: find(reads(find(reads([])))) });
}

/** A manifest without a namespace may be applied to the Rollout's. */
function given(ref: ObjectRef, { all, manifest }: Subject): readonly KubernetesObject[] {
  const found = objectsInReach(all, manifest, ({ kind, metadata }) => kind === ref.kind && metadata.name === ref.name);
  return found.map((object) => ({ ...object, metadata: { ...object.metadata, namespace: ref.namespace } }));
}

/** Which images a Rollout runs, and how they changed from one version to the next. */
import type { Rollout } from '../resources/argo.ts';

/** Container → image. Empty where the template is another object's (`workloadRef`). */
export type Images = Readonly<Record<string, string>>;

export function imagesOf({ spec }: Rollout): Images {
  const containers = spec.template?.spec?.containers ?? [];
  return Object.fromEntries(containers.map(({ name, image }) => [name, image ?? '']));
}

export interface ImageChange {
  readonly container: string;
  /** Absent: the container is new, or what was before is not known. */
  readonly from?: string;
  readonly to: string;
}

/** @param before of the stable version; undefined: not known */
export function imageChanges(before: Images | undefined, after: Images): readonly ImageChange[] {
  return Object.entries(after)
    .filter(([container, image]) => before?.[container] !== image)
    .map(([container, to]) => {
      const from = before?.[container];
      return from === undefined ? { container, to } : { container, from, to };
    });
}

/** The AWS target groups of an active Service: when they are asked, and what was seen of them. strategies §1.9. */
import type { Rollout } from '../../resources/argo.ts';
import { POD_TEMPLATE_HASH } from '../../resources/keys.ts';
import type { KubernetesObject, Service } from '../../resources/kubernetes.ts';

export const TARGET_GROUP_BINDING = { apiVersion: 'elbv2.k8s.aws/v1beta1', kind: 'TargetGroupBinding' };

/** The AWS load balancer controller's note that the pods of a Service are the targets of a group. */
export interface TargetGroupBinding extends KubernetesObject {
  readonly spec?: {
    readonly targetGroupARN?: string;
    readonly targetType?: string;
    readonly serviceRef?: { readonly name?: string; readonly port?: number | string };
  };
}

export interface Endpoints extends KubernetesObject {
  readonly subsets?: readonly {
    readonly addresses?: readonly { readonly ip: string; readonly targetRef?: { readonly name?: string } }[];
    readonly ports?: readonly { readonly name?: string; readonly port: number }[];
  }[];
}

/** One target group of the active Service, as AWS tells of it. */
export interface SeenTargetGroup {
  readonly binding: TargetGroupBinding;
  /** `ip:port` of each target. */
  readonly registered: readonly string[];
  /** It could not be asked. */
  readonly error?: string;
}

/** What was seen when the pass began. */
export type SeenTargets =
  /** The active Service was not at a new version then: nobody was asked. */
  | { readonly state: 'unasked' }
  | { readonly state: 'seen'; readonly endpoints?: Endpoints; readonly groups: readonly SeenTargetGroup[] }
  /** The cluster could not be asked. */
  | { readonly state: 'failed'; readonly error: string };

/** Right after the switch, until the version is promoted or analysed: AWS rations its answers. */
export function asksTargets({ spec, status = {} }: Rollout, active: Service | undefined): boolean {
  const { stableRS = '', currentPodHash = '', blueGreen } = status;
  const switched = currentPodHash !== '' && active?.spec?.selector?.[POD_TEMPLATE_HASH] === currentPodHash;
  const updating = stableRS !== '' && stableRS !== currentPodHash;
  const analysed = blueGreen?.postPromotionAnalysisRunStatus !== undefined;
  return spec.strategy?.blueGreen !== undefined && switched && updating && !analysed;
}

/** Those of the Service whose targets are pods; other kinds of targets do not change with a switch. */
export function bindingsOf(service: Service, bindings: readonly TargetGroupBinding[]): readonly TargetGroupBinding[] {
  return bindings.filter(({ spec }) => {
    const { name, port } = spec?.serviceRef ?? {};
    const isIp = spec?.targetType === undefined || spec.targetType === 'ip';
    return name === service.metadata.name && isIp && portNamed(service, port) !== undefined;
  });
}

type ServicePort = NonNullable<NonNullable<Service['spec']>['ports']>[number];

/** By its number or its name. */
export function portNamed({ spec }: Service, wanted: number | string | undefined): ServicePort | undefined {
  return spec?.ports?.find(({ name, port }) => port === wanted || (name !== undefined && name === wanted));
}

/** What was seen of the load balancers behind Ingresses: an observation, as readings are. */

/** One load balancer, as its own API tells of it. */
export interface SeenLoadBalancer {
  readonly name: string;
  readonly arn: string;
  readonly targetGroups: readonly SeenTargetGroup[];
}

export interface SeenTargetGroup {
  readonly name: string;
  readonly arn: string;
  /** Of the Ingress resource that it was made for: `<namespace>/<ingress>-<service>:<port>`. */
  readonly resource: string;
  /** In the listener's rule; undefined: none of its rules forwards to it. */
  readonly weight?: number;
}

/** What was seen behind one Ingress. */
export interface SeenIngress {
  readonly ingress: string;
  readonly hostname: string;
  /** undefined: no load balancer has this name. */
  readonly loadBalancer?: SeenLoadBalancer;
  /** The load balancers could not be asked. */
  readonly error?: string;
}

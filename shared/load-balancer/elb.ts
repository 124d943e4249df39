/** Application load balancers through the ELBv2 API: which one has a name, and what its rules say. */
import {
  paginateDescribeListeners,
  paginateDescribeLoadBalancers,
  paginateDescribeRules,
  paginateDescribeTargetGroups,
  DescribeTagsCommand,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
  type LoadBalancer,
  type TargetGroup,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { messageOf, TransientError } from '#core/errors.ts';
import type { SeenLoadBalancer, SeenTargetGroup } from '#core/traffic-routing/load-balancers.ts';
import { CLIENT_OPTIONS } from '../aws-client/sdk-options.ts';
import type { LoadBalancers } from '../ports.ts';

/** The AWS load balancer controller's tag: `<namespace>/<ingress>-<service>:<port>`. */
const RESOURCE_TAG = 'ingress.k8s.aws/resource';
/** DescribeTags takes no more at once. */
const TAGS_AT_ONCE = 20;

export function elbLoadBalancers(region: string | undefined): LoadBalancers {
  return createElbLoadBalancers(
    new ElasticLoadBalancingV2Client({ ...CLIENT_OPTIONS, ...(region !== undefined && { region }) }),
  );
}

export function createElbLoadBalancers(client: ElasticLoadBalancingV2Client): LoadBalancers {
  return {
    find: async (dnsName) => {
      try {
        return await find(dnsName, client);
      } catch (error) {
        throw new TransientError(`ELBv2 did not answer for ${dnsName}: ${messageOf(error)}`, { cause: error });
      }
    },
    targets: async (targetGroupArn) => {
      try {
        return await targets(targetGroupArn, client);
      } catch (error) {
        throw new TransientError(`ELBv2 did not answer for ${targetGroupArn}: ${messageOf(error)}`, { cause: error });
      }
    },
  };
}

/** Those on their way out are not counted. */
async function targets(TargetGroupArn: string, client: ElasticLoadBalancingV2Client): Promise<readonly string[]> {
  const { TargetHealthDescriptions = [] } = await client.send(new DescribeTargetHealthCommand({ TargetGroupArn }));
  const staying = TargetHealthDescriptions.filter(({ TargetHealth }) => TargetHealth?.State !== 'draining');
  return staying.map(({ Target }) => `${Target?.Id ?? ''}:${Target?.Port ?? ''}`);
}

async function find(dnsName: string, client: ElasticLoadBalancingV2Client): Promise<SeenLoadBalancer | undefined> {
  const found = await byDnsName(dnsName, client);
  const { LoadBalancerArn: arn, LoadBalancerName: name = '' } = found ?? {};
  if (arn === undefined) return undefined;
  const [groups, weights] = await Promise.all([targetGroups(arn, client), ruleWeights(arn, client)]);
  const tags = await resourceTags(
    groups.flatMap(({ TargetGroupArn }) => TargetGroupArn ?? []),
    client,
  );
  return { name, arn, targetGroups: groups.map((group) => seen(group, tags, weights)) };
}

/** The API has no question for a DNS name. */
async function byDnsName(dnsName: string, client: ElasticLoadBalancingV2Client): Promise<LoadBalancer | undefined> {
  for await (const page of paginateDescribeLoadBalancers({ client, pageSize: 400 }, {})) {
    const found = page.LoadBalancers?.find(({ DNSName }) => DNSName?.toLowerCase() === dnsName.toLowerCase());
    if (found !== undefined) return found;
  }
  return undefined;
}

async function targetGroups(arn: string, client: ElasticLoadBalancingV2Client): Promise<readonly TargetGroup[]> {
  const groups: TargetGroup[] = [];
  for await (const page of paginateDescribeTargetGroups({ client }, { LoadBalancerArn: arn })) {
    groups.push(...(page.TargetGroups ?? []));
  }
  return groups;
}

/** Weight of each target group in the forward actions of all listeners' rules. */
async function ruleWeights(arn: string, client: ElasticLoadBalancingV2Client): Promise<ReadonlyMap<string, number>> {
  const weights = new Map<string, number>();
  for await (const listeners of paginateDescribeListeners({ client }, { LoadBalancerArn: arn })) {
    for (const { ListenerArn } of listeners.Listeners ?? []) {
      for await (const rules of paginateDescribeRules({ client }, { ListenerArn })) {
        const actions = (rules.Rules ?? []).flatMap(({ Actions = [] }) => Actions);
        for (const { TargetGroupArn, Weight } of actions.flatMap(
          ({ ForwardConfig }) => ForwardConfig?.TargetGroups ?? [],
        )) {
          if (TargetGroupArn !== undefined && Weight !== undefined) weights.set(TargetGroupArn, Weight);
        }
      }
    }
  }
  return weights;
}

async function resourceTags(
  arns: readonly string[],
  client: ElasticLoadBalancingV2Client,
): Promise<ReadonlyMap<string, string>> {
  const tags = new Map<string, string>();
  for (let start = 0; start < arns.length; start += TAGS_AT_ONCE) {
    const ResourceArns = arns.slice(start, start + TAGS_AT_ONCE);
    const { TagDescriptions = [] } = await client.send(new DescribeTagsCommand({ ResourceArns }));
    for (const { ResourceArn = '', Tags = [] } of TagDescriptions) {
      const resource = Tags.find(({ Key }) => Key === RESOURCE_TAG)?.Value;
      if (resource !== undefined) tags.set(ResourceArn, resource);
    }
  }
  return tags;
}

function seen(
  { TargetGroupArn: arn = '', TargetGroupName: name = '' }: TargetGroup,
  tags: ReadonlyMap<string, string>,
  weights: ReadonlyMap<string, number>,
): SeenTargetGroup {
  const weight = weights.get(arn);
  return { name, arn, resource: tags.get(arn) ?? '', ...(weight === undefined ? {} : { weight }) };
}

/** Are the pods behind the active Service registered with its AWS target groups? strategies §1.9. */
import type { ReplicaSet, Service } from '../../resources/kubernetes.ts';
import { SECOND, type Millis } from '../../time.ts';
import { newestHash, type Pass } from '../pass.ts';
import { availableOf } from '../replica-sets.ts';
import { findService, selectedHash } from '../services.ts';
import { strategyOf } from './settings.ts';
import { portNamed, type Endpoints, type SeenTargetGroup, type SeenTargets } from './target-groups.ts';

const LOOK_AGAIN: Millis = 10 * SECOND;

/** Nothing may be promoted, and no analysis begin, while it is false. */
export function verifyTargets(pass: Pass): boolean {
  const { targets } = pass.snapshot;
  const active = findService(pass, strategyOf(pass).activeService);
  const { stableRS = '', blueGreen } = pass.stored;
  const switched = selectedHash(active) === newestHash(pass) && stableRS !== '' && stableRS !== newestHash(pass);
  if (targets === undefined || active === undefined || !switched) return true;
  if (blueGreen?.postPromotionAnalysisRunStatus !== undefined) return true;
  const verified = judge(pass, active, targets);
  if (!verified) pass.changes.requeue(LOOK_AGAIN);
  return verified;
}

function judge(pass: Pass, active: Service, targets: SeenTargets): boolean {
  const name = active.metadata.name;
  switch (targets.state) {
    case 'unasked':
      return false;
    case 'failed': {
      pass.changes.event('TargetGroupVerifyError', `Failed to verify Service ${name}: ${targets.error}`, 'Warning');
      return false;
    }
    case 'seen':
      return targets.groups.every((group) => judgeGroup(pass, active, group, targets.endpoints));
  }
}

function judgeGroup(pass: Pass, active: Service, group: SeenTargetGroup, endpoints: Endpoints | undefined): boolean {
  const { spec } = group.binding;
  const subject = `Service ${active.metadata.name} (TargetGroup ${spec?.targetGroupARN ?? ''})`;
  if (group.error !== undefined) {
    pass.changes.event('TargetGroupVerifyError', `Failed to verify ${subject}: ${group.error}`, 'Warning');
    return false;
  }
  const { newest } = pass.sets;
  const port = portNamed(active, spec?.serviceRef?.port);
  const found = addressesOf(endpoints, port?.name, newest);
  const total = Math.max(found.all, availableOf(newest));
  const registered = found.own.filter((address) => group.registered.includes(address)).length;
  if (registered >= total) {
    pass.changes.event('TargetGroupVerified', `${subject} verified: ${total} endpoints registered`);
    return true;
  }
  const text = `${subject} not verified: ${registered}/${total} endpoints registered`;
  pass.changes.event('TargetGroupUnverified', text, 'Warning');
  return false;
}

/** Endpoints follow a switch a moment later: those of the version before are of no use to the new one. */
function addressesOf(
  endpoints: Endpoints | undefined,
  portName: string | undefined,
  newest: ReplicaSet | undefined,
): { readonly all: number; readonly own: readonly string[] } {
  const listed = (endpoints?.subsets ?? []).flatMap(({ addresses = [], ports = [] }) =>
    ports
      .filter(({ name }) => (name ?? '') === (portName ?? ''))
      .flatMap(({ port }) =>
        addresses.map(({ ip, targetRef }) => ({ address: `${ip}:${port}`, pod: targetRef?.name })),
      ),
  );
  const isNew = (pod: string | undefined) => pod === undefined || pod.startsWith(`${newest?.metadata.name}-`);
  return { all: listed.length, own: listed.filter(({ pod }) => isNew(pod)).map(({ address }) => address) };
}

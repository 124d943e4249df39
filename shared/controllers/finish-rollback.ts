/** A rollback goes out at once: its version is promoted when it is being released, and the mark is taken away after. */
import { rollbackStanding, ROLL_BACK_TO_ANNOTATION } from '#core/alerts/bake.ts';
import { bindTo, type Actor } from '#core/commands/command.ts';
import type { Rollout } from '#core/resources/argo.ts';
import { refOf } from '#core/resources/kubernetes.ts';
import type { ObjectKey, Ports } from '../ports.ts';
import { executeCommand } from './command.ts';
import { siteOf } from './site.ts';

const ACTOR: Actor = { id: 'weir:rollback', name: 'the rollback', kind: 'program' };

export async function finishRollback(key: ObjectKey, rollout: Rollout, ports: Ports): Promise<void> {
  const { cluster, namespace, name } = key;
  switch (rollbackStanding(rollout)) {
    case 'none':
    case 'waits':
      return;
    case 'promote':
      await executeCommand(
        { verb: 'promote', full: true, rollout: { cluster, namespace, name }, binding: bindTo(rollout) },
        ACTOR,
        ports,
      );
      return;
    case 'over': {
      const annotations = { [ROLL_BACK_TO_ANNOTATION]: null };
      await siteOf(key, ports).cluster.patch(refOf(rollout), { metadata: { annotations } });
    }
  }
}

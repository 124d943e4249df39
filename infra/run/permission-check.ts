/** Asks what is not allowed until everything is: /readyz says what is missing meanwhile. */
import { InvalidSpecError, messageOf } from '#core/errors.ts';
import { SECOND, type Millis } from '#core/time.ts';
import type { ClusterConfig } from '#shared/config.ts';
import type { Cluster, Log } from '#shared/ports.ts';
import type { Cancel, Timers } from '../local/clock.ts';
import type { LeasePlace } from './lease-place.ts';
import { missingPermissions, neededFor, tellMissing } from './permissions.ts';
import type { Readiness } from './readiness.ts';

const ASK_AGAIN: Millis = 15 * SECOND;

export interface PermissionCheckParts {
  readonly direct: Pick<Cluster, 'create'>;
  readonly config: ClusterConfig;
  readonly lease: LeasePlace;
  readonly instanceId: string | undefined;
  readonly timers: Timers;
  readonly log: Log;
  readonly readiness: Readiness;
}

export interface PermissionCheck {
  stop(): void;
}

export function startPermissionCheck(parts: PermissionCheckParts): PermissionCheck {
  const { direct, config, lease, instanceId, timers, log, readiness } = parts;
  let cancel: Cancel = () => undefined;
  let told = '';
  let stopped = false;
  readiness.set('permissions', 'what Weir is allowed is not known yet');

  async function ask(): Promise<void> {
    const problems = await problemsNow();
    if (stopped) return;
    readiness.set('permissions', ...problems);
    const text = problems.join('; ');
    if (text !== told && text !== '') log.error('Weir is not allowed what it needs', { missing: problems });
    told = text;
    if (problems.length > 0) cancel = timers.after(ASK_AGAIN, ask);
  }

  async function problemsNow(): Promise<readonly string[]> {
    try {
      const missing = await missingPermissions(
        direct,
        neededFor(config.controllers, lease, instanceId),
        config.namespaces,
      );
      const lines = tellMissing(missing.filter(({ only }) => only === undefined));
      const partly = tellMissing(missing.filter(({ only }) => only !== undefined));
      if (partly.length > 0) log.warn('Not allowed, and not done', { missing: partly });
      return lines.map((line) => `RBAC: may not ${line}; allow it in the (Cluster)Role of this user (infra/cluster)`);
    } catch (error) {
      // An API server without access reviews says no later, where it matters.
      if (error instanceof InvalidSpecError) return [];
      return [messageOf(error)];
    }
  }

  void ask();
  return {
    stop() {
      stopped = true;
      cancel();
    },
  };
}

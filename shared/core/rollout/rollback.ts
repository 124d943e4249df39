/** Going back: to the stable version, to one within the window, to one that is still up. engine §8.5. */
import { blueGreenOf, newestHash, type Pass } from './pass.ts';
import { createdAt } from './replica-sets.ts';

/** Also true of a finished Rollout; it means something only during a change. */
export function isRollback(pass: Pass): boolean {
  return newestIsStable(pass) || isOlderThanStable(pass);
}

function newestIsStable(pass: Pass): boolean {
  const stable = pass.stored.stableRS ?? '';
  return stable !== '' && stable === newestHash(pass);
}

function isOlderThanStable({ sets: { newest, stable } }: Pass): boolean {
  return newest !== undefined && stable !== undefined && createdAt(newest) < createdAt(stable);
}

/** Fewer than `rollbackWindow.revisions` ReplicaSets were created between the newest and the stable one. */
export function isWithinRollbackWindow(pass: Pass): boolean {
  const { newest, stable, all } = pass.sets;
  const window = pass.rollout.spec.rollbackWindow?.revisions ?? 0;
  if (window <= 0 || newest === undefined || stable === undefined || !isOlderThanStable(pass)) return false;
  const between = all.filter(
    (replicaSet) => createdAt(replicaSet) > createdAt(newest) && createdAt(replicaSet) < createdAt(stable),
  );
  return between.length < window;
}

/** Needs no pause and no analysis. */
export function isFastRollback(pass: Pass): boolean {
  if (!isRollback(pass)) return false;
  const stillUp = blueGreenOf(pass) !== undefined && pass.newestWithinDelay;
  return isWithinRollbackWindow(pass) || stillUp || newestIsStable(pass);
}

/** Where the engine knowingly does not do what Argo Rollouts does. Data for the compatibility page. */
export interface Deviation {
  readonly id: string;
  /** Section of the behaviour specification. */
  readonly section: string;
  readonly argo: string;
  readonly weir: string;
  /** The tests that show it. */
  readonly shown: readonly string[];
}

export const DEVIATIONS: readonly Deviation[] = [
  {
    id: 'scale-down-delay-zero',
    section: 'engine §6.2, strategies §1.4',
    argo: 'With scaleDownDelaySeconds 0 an old version keeps its size for good and the Rollout is requeued again and again.',
    weir: 'It is scaled to 0 in the same pass.',
    shown: ['test/scenarios/blue-green-sequences.test.ts'],
  },
  {
    id: 'promote-during-auto-promotion',
    section: 'strategies §1.5',
    argo: 'With autoPromotionSeconds, resuming a paused blue-green update starts the countdown anew.',
    weir: 'It promotes.',
    shown: ['test/scenarios/blue-green-sequences.test.ts'],
  },
  {
    id: 'blue-green-abort-first',
    section: 'strategies §1.6',
    argo: 'After an abort the active Service returns to stable only while the new version is fully available and not halted.',
    weir: 'It returns at once, as soon as the stable version has an available pod.',
    shown: ['test/scenarios/blue-green-sequences.test.ts', 'test/unit/core/rollout/blue-green/tables.test.ts'],
  },
  {
    id: 'long-abort-delay',
    section: 'engine §8.4',
    argo: 'An abortScaleDownDelaySeconds of 15 minutes or more is not waited for.',
    weir: 'It is waited for.',
    shown: ['test/scenarios/blue-green-sequences.test.ts'],
  },
  {
    id: 'one-write-per-object',
    section: 'strategies §2.7',
    argo: 'Some passes write a Service or a ReplicaSet twice, the second write undoing the first.',
    weir: 'Each object is written once a pass, with its final value.',
    shown: ['test/unit/core/rollout/quirks.test.ts'],
  },
  {
    id: 'analysis-step-without-templates',
    section: 'strategies §2.8',
    argo: 'An analysis step without templates is accepted and never completes.',
    weir: 'It is refused: InvalidSpec.',
    shown: ['test/unit/core/rollout/validate.test.ts'],
  },
  {
    id: 'abort-when-promoted',
    section: 'engine §2 step 7, §8.4',
    argo: 'Aborting a fully promoted Rollout may scale its only version down before the flag is removed.',
    weir: 'The flag is removed; the stable version is never sized by an abort.',
    shown: ['test/scenarios/orders.test.ts', 'test/unit/core/rollout/blue-green/scenarios.test.ts'],
  },
  {
    id: 'abort-after-full-promotion',
    section: 'engine §8.6',
    argo: 'An abort of an update that was promoted fully, or goes back within the rollback window, is dropped.',
    weir: 'It aborts. A full promotion that is asked for after an abort leaves the abort, as in Argo.',
    shown: ['test/unit/core/rollout/corners.test.ts'],
  },
  {
    id: 'template-and-replicas-together',
    section: 'engine §6.3',
    argo: 'When the template and replicas change in one edit, the new version is first sized as if it had all the weight.',
    weir: 'The new version gets no pods until the update has begun at step 0.',
    shown: ['test/unit/core/rollout/canary/scenarios.test.ts'],
  },
  {
    id: 'halted-scaling',
    section: 'engine §6.3, §7.2',
    argo: 'While a canary is halted, a change of replicas keeps Services, analysis and status from being reconciled.',
    weir: 'They are reconciled; only the sizes wait.',
    shown: ['test/unit/core/rollout/corners.test.ts'],
  },
  {
    id: 'paused-before-available',
    section: 'engine §7.4, §14.2',
    argo: 'A blue-green Rollout paused after its switch is called available and paused in turn, pass after pass.',
    weir: 'It is called paused until it goes on.',
    shown: ['test/unit/core/rollout/blue-green/scenarios.test.ts'],
  },
  {
    id: 'resume-while-scaling',
    section: 'strategies §2.11, hazard 2',
    argo: 'Whether a pause that a person ended counts in a pass that also changes a size is not said.',
    weir: 'It counts; any other step waits for the next pass.',
    shown: ['test/unit/core/rollout/corners.test.ts'],
  },
  {
    id: 'run-waits-for-pods',
    section: 'strategies §1.7',
    argo: 'The pre-promotion run of a retry starts before the new version is scaled up again.',
    weir: 'It starts when the pods to be analysed are available.',
    shown: ['test/unit/core/rollout/blue-green/scenarios.test.ts'],
  },
  {
    id: 'no-requeue-for-spec-errors',
    section: 'engine §20',
    argo: 'An invalid spec is validated again every few seconds.',
    weir: 'Only a fault in a referenced object is looked at again by time; one in the Rollout waits for its edit.',
    shown: ['test/unit/core/rollout/validate.test.ts'],
  },
  {
    id: 'restart-done-when-gone',
    section: 'engine §9',
    argo: 'A blue-green restart counts as done in the pass that asks for the last evictions.',
    weir: 'It is done when no older pod is left: a disruption budget may have refused one.',
    shown: ['test/unit/core/rollout/restart.test.ts'],
  },
  {
    id: 'deadline-look',
    section: 'engine §14.5, §20',
    argo: 'In the last second before the progress deadline the Rollout is looked at again and again.',
    weir: 'It is looked at once, just after the deadline.',
    shown: ['test/unit/core/rollout/progress.test.ts'],
  },
  {
    id: 'added-once',
    section: 'engine §17',
    argo: 'RolloutAddedToInformer is told at every start of the controller, RolloutDeleted when it is gone.',
    weir: 'The first is told once in the life of a Rollout; the second is not told in the cluster, but in the history.',
    shown: ['test/scenarios/blue-green-sequences.test.ts'],
  },
  {
    id: 'collision-before-create',
    section: 'engine §4.4',
    argo: 'A taken ReplicaSet name is noticed when its creation fails.',
    weir: 'It is noticed before: whoever has the name is read with the Rollout.',
    shown: ['test/unit/core/rollout/corners.test.ts'],
  },
  {
    id: 'promote-needs-a-pause',
    section: 'engine §18',
    argo: 'The plain promote of a canary that is not paused skips the step that is running.',
    weir: 'It is refused; --skip-current-step says so.',
    shown: ['test/unit/core/commands/apply.test.ts'],
  },
  {
    id: 'skip-ends-the-pause',
    section: 'engine §18',
    argo: 'promote --skip-current-step and --skip-all-steps leave the pause of the skipped step in the status.',
    weir: 'It ends with the step: left behind, it would count for the next pause.',
    shown: ['test/scenarios/orders.test.ts', 'test/unit/core/commands/apply.test.ts'],
  },
  {
    id: 'promote-after-abort',
    section: 'engine §18',
    argo: 'promote --full after an abort promotes the aborted version.',
    weir: 'It is refused until a retry or a new template: an abort wins.',
    shown: ['test/unit/core/commands/apply.test.ts'],
  },
  {
    id: 'undo-of-the-unborn',
    section: 'engine §18',
    argo: 'undo of a template that has no ReplicaSet yet goes back by two versions.',
    weir: 'It goes back to the newest version that has one.',
    shown: ['test/unit/core/commands/templates.test.ts'],
  },
  {
    id: 'undo-without-decoration',
    section: 'engine §18, §10',
    argo: 'undo takes the old pod template as the ReplicaSet has it, injected metadata and anti-affinity included.',
    weir: 'What the engine has put in is left out: the old ReplicaSet is found again.',
    shown: ['test/unit/core/commands/templates.test.ts'],
  },
  {
    id: 'verified-is-kept',
    section: 'strategies §3.2',
    argo: 'That a load balancer has taken a weight over is used for the step, and stays false in status.canary.weights.',
    weir: 'It is stored when it changes.',
    shown: ['test/unit/core/rollout/canary/routed-scenarios.test.ts'],
  },
  {
    id: 'unverified-is-told',
    section: 'strategies §3.2, §3.7',
    argo: 'A last weight that the load balancer has not taken over ends the pass with an error in the log.',
    weir: 'The pass ends as well; the weights that were set are in the status.',
    shown: ['test/unit/core/rollout/canary/routed-scenarios.test.ts'],
  },
  {
    id: 'router-objects-once',
    section: 'strategies §3.7',
    argo: 'Several routers update their objects in every pass, and an Ingress that is right ends the loop over the others.',
    weir: 'Each object is patched when something differs, with the version that was read.',
    shown: ['test/contracts/traffic-router.test.ts'],
  },
  {
    id: 'experiment-hash',
    section: 'strategies §4.2',
    argo: 'Pods of an Experiment get the hash of their template: where it equals a version’s, its Services select them.',
    weir: 'They get another hash then.',
    shown: ['test/unit/core/experiment/experiment.test.ts'],
  },
  {
    id: 'experiment-delay-is-quiet',
    section: 'strategies §4.2 (3)',
    argo: 'While an ended template waits for its scale-down deadline, its lastTransitionTime is rewritten in every pass.',
    weir: 'It changes when a size or a counter changes.',
    shown: ['test/unit/core/experiment/experiment.test.ts'],
  },
];

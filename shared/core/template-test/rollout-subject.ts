/** A test of a Rollout: its manifest rolled out and stable, then the release that is tested. */
import { collectTemplates } from '../analysis/collect-templates.ts';
import type { Rollout } from '../resources/argo.ts';
import type { Service } from '../resources/kubernetes.ts';
import { readsOf } from '../rollout/snapshot.ts';
import { findSpecProblem } from '../rollout/validate.ts';
import { HOUR, SECOND } from '../time.ts';
import { Simulation } from './simulation.ts';
import { START, type Start, type Subject } from './start.ts';
import { knownTemplates, lookupOf, templatesIn } from './templates.ts';
import { blamedOn, CaseProblem, type Manifests, type RolloutSubject, type TestCase } from './test-case.ts';
import { created, EMPTY_WORLD, NAMESPACE, withObject, type World } from './world.ts';

/** @throws CaseProblem for what is missing, or would be refused in a cluster */
export function rolloutSubject(subject: RolloutSubject, testCase: TestCase, manifests: Manifests): Subject {
  const rollout = chosenRollout(subject, manifests);
  const metrics = metricsOf(rollout, manifests);
  const fresh = worldOf(rollout, manifests);
  refuseInvalid(fresh, manifests);
  const { readyAfter, update } = subject;
  const common = { now: START, readyAfter, orders: testCase.orders };
  if (update === undefined) return { start: { world: fresh, pods: new Map(), ...common }, metrics };
  const { world, pods } = rolledOut(fresh, testCase, manifests);
  return { start: { world: { ...world, rollout: withImage(world.rollout!, update) }, pods, ...common }, metrics };
}

/** An hour later, all pods ready at once: a first rollout has no steps, pauses or analyses. */
function rolledOut(world: World, testCase: TestCase, manifests: Manifests): Pick<Start, 'world' | 'pods'> {
  const start = { world, now: START - HOUR, pods: new Map(), readyAfter: 0, orders: [] };
  const simulation = new Simulation(testCase, manifests, start);
  simulation.run(HOUR - SECOND);
  return simulation.state;
}

function chosenRollout({ name }: RolloutSubject, { rollouts }: Manifests): Rollout {
  const fitting = rollouts.filter(({ metadata }) => name === undefined || metadata.name === name);
  const [rollout] = fitting;
  if (rollout !== undefined && fitting.length === 1) return rollout;
  const known = rollouts.map(({ metadata }) => metadata.name).join(', ') || 'none';
  const text = name === undefined ? 'which Rollout? rollout.name says it' : `no Rollout "${name}"`;
  throw new CaseProblem(['rollout'], `${text}; in the manifests: ${known}`);
}

/** Services that the Rollout names and no manifest holds are made up: most have nothing to say in a test. */
function worldOf(rollout: Rollout, { services }: Manifests): World {
  const { status: _, ...manifest } = rollout;
  const named = readsOf(rollout).services.map(
    (name) => services.find(({ metadata }) => metadata.name === name) ?? serviceFor(rollout, name),
  );
  const objects = [manifest, ...named].map((object) => created(object, START - HOUR));
  return objects.reduce(withObject, EMPTY_WORLD);
}

function serviceFor({ spec }: Rollout, name: string): Service {
  const selector = { ...spec.selector?.matchLabels };
  const metadata = { name, namespace: NAMESPACE, uid: `Service/${name}` };
  return { apiVersion: 'v1', kind: 'Service', metadata, spec: { selector } };
}

function metricsOf(rollout: Rollout, manifests: Manifests): readonly string[] {
  const refs = readsOf(rollout).templates.map(({ name, clusterScope }) => ({ templateName: name, clusterScope }));
  const lookup = lookupOf(manifests);
  const { templates, clusterTemplates } = blamedOn(['rollout'], knownTemplates(lookup), () =>
    collectTemplates(refs, lookup),
  );
  return [...templates, ...clusterTemplates].flatMap(({ spec }) => (spec.metrics ?? []).map(({ name }) => name));
}

function refuseInvalid(world: World, manifests: Manifests): void {
  const { rollout, replicaSets, services, runs: analysisRuns } = world;
  if (rollout === undefined) return;
  refuseWhatIsNotThere(rollout);
  const seen = { rollout, replicaSets, services, analysisRuns, now: START };
  const problem = findSpecProblem({ ...seen, ...templatesIn(manifests) });
  if (problem !== undefined) throw new CaseProblem(['rollout'], `Rollout ${rollout.metadata.name}: ${problem.text}`);
}

/** There is nothing here that these would act on: a test would wait for them in vain. */
function refuseWhatIsNotThere({ metadata, spec }: Rollout): void {
  const { trafficRouting, steps = [] } = spec.strategy?.canary ?? {};
  const index = steps.findIndex(({ experiment }) => experiment !== undefined);
  const path = [
    ...(spec.workloadRef === undefined ? [] : ['spec.workloadRef']),
    ...(trafficRouting === undefined ? [] : ['spec.strategy.canary.trafficRouting']),
    ...(index === -1 ? [] : [`spec.strategy.canary.steps[${index}].experiment`]),
  ][0];
  if (path === undefined) return;
  const text = 'tests do not run this; test its AnalysisTemplates by themselves, or a copy without it';
  throw new CaseProblem(['rollout'], `Rollout ${metadata.name}: ${path}: ${text}`);
}

function withImage(rollout: Rollout, { image, container }: NonNullable<RolloutSubject['update']>): Rollout {
  const { template } = rollout.spec;
  const containers = template?.spec?.containers ?? [];
  const index = container === undefined ? 0 : containers.findIndex(({ name }) => name === container);
  const chosen = containers[index];
  if (chosen === undefined || (container === undefined && containers.length > 1)) {
    const names = containers.map(({ name }) => name).join(', ') || 'none';
    throw new CaseProblem(['rollout', 'update'], `which container? update.container says it; there are: ${names}`);
  }
  if (chosen.image === image) {
    throw new CaseProblem(
      ['rollout', 'update'],
      `the manifest has the image ${image} already: nothing would be released`,
    );
  }
  const metadata = { ...rollout.metadata, generation: (rollout.metadata.generation ?? 1) + 1 };
  const pods = { ...template?.spec, containers: containers.with(index, { ...chosen, image }) };
  return { ...rollout, metadata, spec: { ...rollout.spec, template: { ...template, spec: pods } } };
}

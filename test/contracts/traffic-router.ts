/** What every traffic router keeps to, whatever its objects look like. One fixture per router. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Action } from '#core/decision.ts';
import { applyMerge, diffMerge } from '#core/merge-patch.ts';
import type { Rollout, WeightDestination } from '#core/resources/argo.ts';
import type { KubernetesObject, ObjectRef } from '#core/resources/kubernetes.ts';
import { findObject, RoutingError, type Routes, type TrafficRouter } from '#core/traffic-routing/router.ts';
import { hashOfVersion, T0 } from '../support/builders.ts';

/** Shares of the traffic as the router's objects say. */
export interface Split {
  readonly canary: number;
  readonly stable: number;
  /** By Service. */
  readonly others?: Readonly<Record<string, number>>;
}

export interface RouterFixture {
  readonly router: TrafficRouter;
  readonly rollout: Rollout;
  /** As their owner wrote them. */
  readonly objects: readonly KubernetesObject[];
  /** Read from all objects; undefined: nothing is split yet. */
  readonly split: (objects: readonly KubernetesObject[]) => Split | undefined;
  /** Versions of Experiments get traffic too. */
  readonly splitsExperiments: boolean;
  /** Names of the header routes in the objects; absent: the router knows none. */
  readonly headerRoutes?: (objects: readonly KubernetesObject[]) => readonly string[];
  /** Of the objects, one without which nothing can be routed; absent: the router makes what it needs. */
  readonly needs?: ObjectRef;
}

export const HEADER_ROUTE = {
  name: 'beta',
  match: [{ headerName: 'agent', headerValue: { exact: 'beta' } }],
};

export function routesTo(weight: number, more: Partial<Routes> = {}): Routes {
  return {
    now: T0,
    weight,
    maxWeight: 100,
    others: [],
    formerOthers: [],
    canaryHash: hashOfVersion('v2'),
    stableHash: hashOfVersion('v1'),
    dropsManagedRoutes: false,
    weightFirst: false,
    mustBeAvailable: [],
    ...more,
  };
}

/** As an API server does it: created objects get a uid, patches are merge patches. */
export function applied(objects: readonly KubernetesObject[], actions: readonly Action[]): readonly KubernetesObject[] {
  return actions.reduce((current, action) => {
    switch (action.type) {
      case 'create':
        return [
          ...current,
          { ...action.object, metadata: { ...action.object.metadata, uid: `uid-${current.length}` } },
        ];
      case 'delete':
        return current.filter((object) => object !== findObject(current, action.object));
      case 'patch': {
        const patch = diffMerge(action.before, action.after);
        const target = findObject(current, { ...action.before, ...action.before.metadata });
        expect(target).toEqual(action.before);
        return current.map((object) =>
          object === target ? (applyMerge(object, patch) as unknown as KubernetesObject) : object,
        );
      }
    }
  }, objects);
}

export function defineTrafficRouterContract(fixture: RouterFixture): void {
  const { router, rollout, objects, split, splitsExperiments, headerRoutes, needs } = fixture;
  const route = (from: readonly KubernetesObject[], routes: Routes) =>
    applied(from, router.route(rollout, from, routes).actions);

  describe(`the traffic router ${router.type}`, () => {
    it('given a Rollout that uses it, when it is asked, then it knows and reads the objects that are there', () => {
      expect(router.uses(rollout.spec.strategy?.canary?.trafficRouting ?? {})).toBe(true);
      const read = router.reads(rollout, objects);
      const missed = objects.filter(
        ({ apiVersion, kind, metadata }) =>
          !read.some(
            (ref) =>
              ref.apiVersion === apiVersion &&
              ref.kind === kind &&
              ref.name === metadata.name &&
              ref.namespace === metadata.namespace,
          ),
      );
      expect(missed).toEqual([]);
      expect(router.problems?.(rollout, objects) ?? { missing: [], unfit: [] }).toEqual({ missing: [], unfit: [] });
    });

    it('given any weights in a row, when each is set, then the shares are those and sum to the total', () => {
      fc.assert(
        fc.property(fc.array(fc.integer({ min: 0, max: 100 }), { minLength: 1, maxLength: 4 }), (weights) => {
          let current = objects;
          for (const weight of weights) {
            current = route(current, routesTo(weight));
            const { canary, stable } = split(current) ?? { canary: 0, stable: 100 };
            expect([canary, stable]).toEqual([weight, 100 - weight]);
          }
        }),
        { numRuns: 30 },
      );
    });

    it('given any weight, when it is set twice, then the second time changes nothing', () => {
      fc.assert(
        fc.property(fc.integer({ min: 0, max: 100 }), fc.boolean(), (weight, dropsManagedRoutes) => {
          const once = route(objects, routesTo(weight, { dropsManagedRoutes }));
          expect(router.route(rollout, once, routesTo(weight, { dropsManagedRoutes })).actions).toEqual([]);
        }),
        { numRuns: 30 },
      );
    });

    it('given fields and annotations of others, when weights come and go, then they are as they were', () => {
      const foreign = objects.map(withForeignFields);
      let after: readonly KubernetesObject[] = foreign;
      for (const weight of [20, 100, 0]) after = route(after, routesTo(weight));
      for (const object of after.slice(0, foreign.length)) {
        expect(object.metadata.annotations).toMatchObject({ 'example.com/owner': 'somebody' });
        expect((object as { spec?: object }).spec).toMatchObject({ foreign: { kept: ['as', 'it', 'is'] } });
      }
    });

    it('given a decision, when it is taken again on the same objects, then it is the same and nothing given was changed', () => {
      const given = structuredClone(objects);
      const first = router.route(rollout, objects, routesTo(20));
      expect(router.route(rollout, objects, routesTo(20))).toEqual(first);
      expect(objects).toEqual(given);
    });

    it('given an abort, when all traffic goes back, then nothing of the canary’s is left in the split', () => {
      const before = route(objects, routesTo(60));
      expect(split(route(before, routesTo(0, { dropsManagedRoutes: true })))).toMatchObject({ canary: 0, stable: 100 });
    });

    if (needs !== undefined) {
      it(`given that ${needs.kind} ${needs.name} is missing, when it is routed, then the error names it and nothing is written`, () => {
        const rest = objects.filter((object) => object !== findObject(objects, needs));
        const attempt = () => router.route(rollout, rest, routesTo(20));
        expect(attempt).toThrow(RoutingError);
        expect(attempt).toThrow(needs.name);
      });
    }

    if (splitsExperiments) {
      it('given an Experiment, when its versions get traffic, then it comes from stable, and goes back in the end', () => {
        const others: WeightDestination[] = [
          { weight: 5, serviceName: 'exp-a', podTemplateHash: 'aaa' },
          { weight: 7, serviceName: 'exp-b', podTemplateHash: 'bbb' },
        ];
        const during = route(objects, routesTo(20, { others }));
        expect(split(during)).toEqual({ canary: 20, stable: 68, others: { 'exp-a': 5, 'exp-b': 7 } });
        expect(router.route(rollout, during, routesTo(20, { others, formerOthers: others })).actions).toEqual([]);
        const after = route(during, routesTo(20, { formerOthers: others }));
        expect(split(after)).toEqual({ canary: 20, stable: 80, others: {} });
      });
    }

    if (headerRoutes !== undefined) {
      it('given a header route, when it is made, kept and taken away, then it is there once, and then gone without a trace', () => {
        const start = route(objects, routesTo(20));
        const made = route(start, routesTo(20, { headerRoute: HEADER_ROUTE }));
        expect(headerRoutes(made)).toEqual(['beta']);
        expect(router.route(rollout, made, routesTo(20, { headerRoute: HEADER_ROUTE })).actions).toEqual([]);
        const moved = route(made, routesTo(40));
        expect(headerRoutes(moved)).toEqual(['beta']);
        expect(split(moved)).toMatchObject({ canary: 40, stable: 60 });
        expect(headerRoutes(route(moved, routesTo(40, { headerRoute: { name: 'beta' } })))).toEqual([]);
        expect(headerRoutes(route(moved, routesTo(0, { dropsManagedRoutes: true })))).toEqual([]);
      });
    }
  });
}

function withForeignFields(object: KubernetesObject): KubernetesObject {
  const { spec = {}, metadata } = object as KubernetesObject & { readonly spec?: object };
  const annotations = { ...metadata.annotations, 'example.com/owner': 'somebody' };
  const foreign = { kept: ['as', 'it', 'is'] };
  return { ...object, metadata: { ...metadata, annotations }, spec: { ...spec, foreign } } as KubernetesObject;
}

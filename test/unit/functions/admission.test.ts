import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import type { ObjectKey } from '#shared/ports.ts';
import { createAdmissionHandler, type AdmissionPorts } from '../../../functions/admission/handler.ts';
import { admissionKey } from '../../../functions/admission/paths.ts';
import { CANARY, SUCCESS_RATE } from '../../support/manifests.ts';
import { aLog } from '../../support/quiet-log.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

type Json = Record<string, unknown>;

const asObject = (manifest: string | object) =>
  structuredClone(typeof manifest === 'string' ? (parse(manifest) as Json) : (manifest as Json));
const ROLLOUT = asObject(CANARY);

/** The same with a weight that Argo refuses. */
function invalid(): Json {
  const rollout = asObject(CANARY);
  const { strategy } = rollout['spec'] as { strategy: { canary: { steps: object[] } } };
  strategy.canary.steps = [{ setWeight: 120 }];
  return rollout;
}

function review(object: Json, more: Json = {}): string {
  const request = {
    uid: 'u-1',
    name: 'my-app',
    namespace: 'shop',
    operation: 'CREATE',
    dryRun: false,
    object,
    ...more,
  };
  return JSON.stringify({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', request });
}

function setUp(more: Partial<AdmissionPorts> = {}) {
  const clock = new VirtualClock();
  const log = aLog();
  const added: { key: ObjectKey; in: number }[] = [];
  const queue = { add: async (key: ObjectKey, at: number) => void added.push({ key, in: at - clock.now() }) };
  const admit = createAdmissionHandler({ clock, log, queue, secrets: async () => ['new', 'old'], ...more });
  const post = async (rawBody: string, path = `/admission/prod/${admissionKey('new', 'prod')}`) => {
    const { status, body } = await admit({ method: 'POST', path, headers: {}, query: {}, rawBody });
    return { status, response: (body as { response?: Json }).response };
  };
  return { post, added, said: log.said };
}

const KEY = { cluster: 'prod', kind: 'Rollout', namespace: 'shop', name: 'my-app' };

describe('given the admission webhook', () => {
  it('when a sound Rollout is applied, then it is let through, and looked at once it is stored', async () => {
    const { post, added } = setUp();
    expect(await post(review(ROLLOUT))).toMatchObject({ status: 200, response: { uid: 'u-1', allowed: true } });
    expect(added).toEqual([{ key: KEY, in: 1_000 }]);
  });

  it("when Argo's validation refuses it, then it is refused in Argo's words, and not looked at", async () => {
    const { post, added } = setUp();
    const { response } = await post(review(invalid()));
    expect(response).toMatchObject({
      allowed: false,
      status: { code: 422, message: expect.stringContaining('SetWeight') },
    });
    expect(added).toEqual([]);
  });

  it('when it was refused before the change already, then the change is let through with a warning', async () => {
    const { post } = setUp();
    const { response } = await post(review(invalid(), { operation: 'UPDATE', oldObject: invalid() }));
    expect(response).toMatchObject({ allowed: true });
    expect(response?.['warnings']).toContainEqual(expect.stringContaining('SetWeight'));
  });

  it('when it will bite later, then that is a warning of a length that is shown', async () => {
    const { post } = setUp();
    const template = asObject(SUCCESS_RATE);
    const [metric] = (template['spec'] as { metrics: Json[] }).metrics;
    delete metric?.['failureLimit'];
    delete metric?.['successCondition'];
    const { response } = await post(review(template, { name: 'success-rate' }));
    expect(response?.['allowed']).toBe(true);
    const warnings = response?.['warnings'] as string[];
    expect(warnings.length).toBeGreaterThan(0);
    expect(warnings.filter((warning) => warning.length > 256)).toEqual([]);
  });

  it('when what it names is not there yet, then nothing is said: it may come with the next object', async () => {
    const { post } = setUp();
    const { response } = await post(review(ROLLOUT));
    expect(JSON.stringify(response)).not.toContain('not-among-files');
  });

  it.each([
    { given: 'a template', body: review(asObject(SUCCESS_RATE), { name: 'success-rate' }) },
    { given: 'a trial (dry run)', body: review(ROLLOUT, { dryRun: true }) },
    { given: 'a write of the status', body: review(ROLLOUT, { subResource: 'status' }) },
    { given: 'an object whose name is still to be made', body: review(ROLLOUT, { name: '' }) },
    { given: 'another kind', body: review({ ...ROLLOUT, apiVersion: 'apps/v1', kind: 'Deployment' }) },
  ])('when it is $given, then it is let through, and nothing is looked at', async ({ body }) => {
    const { post, added } = setUp();
    expect(await post(body)).toMatchObject({ status: 200, response: { allowed: true } });
    expect(added).toEqual([]);
  });

  it.each([
    { given: 'the key of another cluster', path: `/admission/prod/${admissionKey('new', 'test')}`, then: 404 },
    { given: 'no key', path: '/admission/prod/', then: 404 },
    { given: 'a key of an unknown secret', path: `/admission/prod/${admissionKey('', 'prod')}`, then: 404 },
    { given: 'the key of the secret before', path: `/admission/prod/${admissionKey('old', 'prod')}`, then: 200 },
    { given: 'a stage before the path', path: `/v1/admission/prod/${admissionKey('new', 'prod')}`, then: 200 },
  ])('when it is asked with $given, then $then', async ({ path, then }) => {
    const { post } = setUp();
    expect((await post(review(ROLLOUT), path)).status).toBe(then);
  });

  it.each(['', '{', '[]', '{"apiVersion":"admission.k8s.io/v1beta1","request":{}}'])(
    'when the body is %j, then it says that this is no review',
    async (body) => {
      const { post } = setUp();
      expect((await post(body)).status).toBe(400);
    },
  );

  it.each([
    { given: 'fails', add: async () => Promise.reject(new Error('throttled')) },
    { given: 'does not answer in time', add: () => new Promise<void>(() => undefined) },
  ])('when the queue $given, then the object is let through all the same', async ({ add }) => {
    const { post, said } = setUp({ queue: { add }, patience: async () => undefined });
    expect(await post(review(ROLLOUT))).toMatchObject({ status: 200, response: { allowed: true } });
    expect(said.map(({ message }) => message)).toContain('Change left to the tick');
  });

  it('when lint itself fails on an object, then it is let through', async () => {
    const { post, said } = setUp();
    const broken = { ...ROLLOUT, spec: { strategy: 7, template: [] } };
    expect(await post(review(broken))).toMatchObject({ status: 200 });
    expect(said.filter(({ level }) => level === 'error')).toEqual([]);
  });
});

/** Services that a Rollout managed are given back when it names them no more. engine §19. */
import { afterEach, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { MANAGED_BY, POD_TEMPLATE_HASH } from '#core/resources/keys.ts';
import { ARGO_API_VERSION, type Rollout } from '#core/resources/argo.ts';
import { refOf, type Service } from '#core/resources/kubernetes.ts';
import { MINUTE, SECOND } from '#core/time.ts';
import type { ControllerName } from '#shared/ports.ts';
import { BLUE_GREEN, SERVICES } from '../support/manifests.ts';
import { World } from '../support/world.ts';

let world: World;

afterEach(() => world.stop());

async function aReleasedWorld(): Promise<void> {
  world = new World();
  await world.apply(...SERVICES, aService('my-app-other'), BLUE_GREEN);
  await world.until('the first deployment', async () => (await world.phase()) === 'Healthy');
  // Ticks have heard of all that the deployment changed: what follows is not found by an old event.
  await world.passes(3 * MINUTE);
}

function aService(name: string, hash?: string, manager?: string) {
  const selector = { app: 'my-app', ...(hash !== undefined && { [POD_TEMPLATE_HASH]: hash }) };
  const annotations = { 'team.dev/owner': 'shop', ...(manager !== undefined && { [MANAGED_BY]: manager }) };
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, annotations },
    spec: { selector, ports: [{ port: 80 }] },
  };
}

async function service(name: string): Promise<{ hash?: string; manager?: string; app?: string; owner?: string }> {
  const found = await world.cluster.get<Service>({ apiVersion: 'v1', kind: 'Service', namespace: 'default', name });
  const { selector } = found?.spec ?? {};
  const { annotations } = found?.metadata ?? {};
  const seen = {
    app: selector?.['app'],
    hash: selector?.[POD_TEMPLATE_HASH],
    manager: annotations?.[MANAGED_BY],
    owner: annotations?.['team.dev/owner'],
  };
  return Object.fromEntries(Object.entries(seen).filter(([, value]) => value !== undefined));
}

const hash = async () => (await world.rollout()).status?.currentPodHash;

describe('given a blue-green Rollout that manages its Services', () => {
  it('when it is deleted, then its Services select by their own labels again', async () => {
    await aReleasedWorld();
    expect(await service('my-app-active')).toEqual({ app: 'my-app', hash: await hash(), manager: 'my-app' });
    await world.cluster.delete(refOf(await world.rollout()));
    await world.passes(MINUTE + 2 * SECOND);
    expect(await service('my-app-active')).toEqual({ app: 'my-app' });
    expect(await service('my-app-preview')).toEqual({ app: 'my-app' });
  });

  it('when it names another preview Service, then the old one is given back and the new one taken', async () => {
    await aReleasedWorld();
    await world.edit((rollout) => withBlueGreen(rollout, { previewService: 'my-app-other' }));
    await world.passes(MINUTE + 5 * SECOND);
    expect(await service('my-app-preview')).toEqual({ app: 'my-app' });
    expect(await service('my-app-other')).toEqual({
      app: 'my-app',
      hash: await hash(),
      manager: 'my-app',
      owner: 'shop',
    });
    expect(await service('my-app-active')).toMatchObject({ hash: await hash() });
  });

  it('when it becomes a canary without Services, then both are given back and no pod is replaced', async () => {
    await aReleasedWorld();
    const before = await world.replicaSets();
    await world.edit(({ spec, ...rest }) => ({ ...rest, spec: { ...spec, strategy: { canary: {} } } }));
    await world.passes(MINUTE + 5 * SECOND);
    expect(await service('my-app-active')).toEqual({ app: 'my-app' });
    expect(await service('my-app-preview')).toEqual({ app: 'my-app' });
    expect((await world.replicaSets()).map(({ metadata }) => metadata.uid)).toEqual(
      before.map(({ metadata }) => metadata.uid),
    );
    expect(await world.phase()).toBe('Healthy');
  });

  it('when its spec is edited into one that is refused, then Services that it dropped are given back all the same', async () => {
    await aReleasedWorld();
    await world.edit((rollout) => withBlueGreen(rollout, { previewService: 'no-such-service' }));
    await world.passes(MINUTE + 5 * SECOND);
    expect((await world.rollout()).status?.message).toContain('service "no-such-service" not found');
    expect(await service('my-app-preview')).toEqual({ app: 'my-app' });
  });

  it('when someone changes the selector by hand, then the Rollout is looked at and sets it right', async () => {
    await aReleasedWorld();
    await world.cluster.patch(
      { apiVersion: 'v1', kind: 'Service', namespace: 'default', name: 'my-app-active' },
      { spec: { selector: { [POD_TEMPLATE_HASH]: 'wrong' } } },
    );
    await world.passes(MINUTE + 5 * SECOND);
    expect(await service('my-app-active')).toMatchObject({ hash: await hash() });
  });
});

function withBlueGreen(rollout: Rollout, part: object): Rollout {
  const { blueGreen } = rollout.spec.strategy ?? {};
  const strategy = { blueGreen: { activeService: '', ...blueGreen, ...part } };
  return { ...rollout, spec: { ...rollout.spec, strategy } };
}

describe('given Services that were there before Weir', () => {
  const everything: readonly ControllerName[] = ['analysis', 'rollouts'];

  it.each<{ given: string; controllers: readonly ControllerName[]; manager?: string; then: object }>([
    { given: 'of a Rollout that is gone', controllers: everything, manager: 'gone', then: {} },
    {
      given: 'that nobody manages (Argo leaves them so)',
      controllers: everything,
      then: { hash: 'abc' },
    },
    {
      given: 'of a Rollout that is gone, where Argo’s controller decides',
      controllers: ['analysis'],
      manager: 'gone',
      then: { hash: 'abc', manager: 'gone' },
    },
  ])('when one is $given, then it is $then', async ({ controllers, manager, then }) => {
    world = new World({ controllers });
    await world.apply(aService('left', 'abc', manager));
    await world.passes(MINUTE);
    expect(await service('left')).toEqual({ app: 'my-app', owner: 'shop', ...then });
  });

  it('when a new Rollout names one that still belongs to a Rollout that is gone, then it is taken over', async () => {
    world = new World();
    await world.apply(aService('my-app-active', 'abc', 'gone'), SERVICES[1] as object, BLUE_GREEN);
    await world.until('health', async () => (await world.phase()) === 'Healthy', 5 * MINUTE);
    expect(await service('my-app-active')).toMatchObject({ hash: await hash(), manager: 'my-app' });
  });

  it('when a Rollout of that name exists in another namespace only, then it is given back', async () => {
    world = new World();
    const rollout = parse(BLUE_GREEN) as Rollout;
    await world.apply({ ...rollout, metadata: { name: 'my-app', namespace: 'far' }, apiVersion: ARGO_API_VERSION });
    await world.apply(aService('my-app-active', 'abc', 'my-app'));
    await world.passes(MINUTE);
    expect(await service('my-app-active')).toEqual({ app: 'my-app', owner: 'shop' });
  });
});

/** Set image: containers of the pod template by name, `*` for all. engine §18. */
import type { Rollout } from '../resources/argo.ts';
import type { PodTemplate } from '../resources/kubernetes.ts';
import { sameJson } from '../rollout/same-json.ts';
import type { Command, Verdict } from './command.ts';
import { applied, refused, type Effect } from './effect.ts';
import { editedSince, placeOfTemplate, withTemplate } from './pod-template.ts';
import type { Beside } from './reads.ts';

type PodSpec = NonNullable<PodTemplate['spec']>;
type Images = Readonly<Record<string, string>>;
interface Container {
  readonly name: string;
  readonly image?: string;
}

const LISTS = ['containers', 'initContainers', 'ephemeralContainers'] as const;

export function applySetImage(command: Command, rollout: Rollout, beside: Beside): Effect {
  const images = command.images ?? {};
  if (Object.keys(images).length === 0) return refused('set image needs CONTAINER=IMAGE');
  const place = placeOfTemplate(rollout, beside);
  if ('state' in place) return place;
  const unknown = unknownContainer(place.template, images);
  if (unknown !== undefined) return unknown;
  const after = withImages(place.template, images);
  const text = Object.entries(images)
    .map(([name, image]) => `${name}=${image}`)
    .join(', ');
  if (sameJson(place.template, after)) return applied(`the image is set: ${text}`);
  return editedSince(command.binding, rollout, place) ?? withTemplate(place, after, `image set: ${text}`);
}

function unknownContainer(template: PodTemplate, images: Images): Verdict | undefined {
  const known = LISTS.flatMap((list) => containersOf(template, list).map(({ name }) => name));
  const unknown = Object.keys(images).find((name) => name !== '*' && !known.includes(name));
  if (unknown === undefined && known.length > 0) return undefined;
  return refused(`no container "${unknown ?? '*'}"; there are: ${known.join(', ') || 'none'}`);
}

function containersOf(template: PodTemplate, list: (typeof LISTS)[number]): readonly Container[] {
  return (template.spec as Partial<Record<string, Container[]>> | undefined)?.[list] ?? [];
}

function withImages(template: PodTemplate, images: Images): PodTemplate {
  const changed = LISTS.flatMap((list) => {
    const containers = containersOf(template, list);
    return containers.length === 0
      ? []
      : [[list, containers.map((container) => withImage(container, images))] as const];
  });
  return { ...template, spec: { ...template.spec, ...Object.fromEntries(changed) } as PodSpec };
}

/** Its own name wins over `*`. */
function withImage(container: Container, images: Images): Container {
  const own = Object.hasOwn(images, container.name) ? images[container.name] : images['*'];
  return own === undefined ? container : { ...container, image: own };
}

/**
 * Metric plugins. Argo's are executables beside its controller, which Weir does not run: they are refused with the text that
 * Argo has for a plugin it does not find. Plugins of Weir are providers in this process; their names begin with `weir/`.
 * analysis §18.12
 */
import type { Metric } from '#core/resources/argo.ts';
import type { MetricProvider } from '../ports.ts';
import { ReadingError, readingOf, type ProviderContext } from './provider.ts';

const OURS = 'weir/';
const UNKNOWN =
  'failed to create plugin: unable to get metric plugin: unable to start plugin system: unable to find plugin';

export function createPluginProvider(context: ProviderContext): MetricProvider {
  return {
    type: 'Plugin',
    read: (task, signal) => readingOf(async () => (await pluginOf(task.metric, context)).read(task, signal)),
    cleanUp: async (task, limit) => {
      await (await pluginOf(task.metric, context)).cleanUp?.(task, limit);
    },
  };
}

async function pluginOf({ provider }: Metric, context: ProviderContext): Promise<MetricProvider> {
  const [name = ''] = Object.keys(provider.plugin ?? {});
  const load = Object.hasOwn(context.plugins, name) ? context.plugins[name] : undefined;
  if (load !== undefined) return (await load())(context);
  if (name.startsWith(OURS)) throw new ReadingError(`there is no plugin ${name} in this version of Weir`);
  throw new ReadingError(`${UNKNOWN} (${name}): plugin ${name} not configured in configmap`);
}

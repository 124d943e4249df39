/** Ports that are loaded when they are first asked: an invocation pays for what it needs, and a cold start for nothing else. */

/** Makes a value once; a failure is not kept. */
export function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make().catch((error: unknown) => {
      made = undefined;
      throw error;
    });
    return made;
  };
}

/** A port all of whose members are methods that answer with promises. */
export function onFirstUse<Port extends object>(load: () => Promise<Port>): Port {
  const loaded = once(load);
  const methods = new Map<PropertyKey, (...args: readonly unknown[]) => Promise<unknown>>();
  return new Proxy({} as Port, {
    get(_target, name) {
      // Whoever awaits the port itself must not take it for a promise.
      if (name === 'then') return undefined;
      const method = methods.get(name) ?? call(loaded, name as keyof Port);
      methods.set(name, method);
      return method;
    },
  });
}

function call<Port extends object>(loaded: () => Promise<Port>, name: keyof Port) {
  return async (...args: readonly unknown[]): Promise<unknown> => {
    const port = await loaded();
    return (port[name] as (...given: unknown[]) => unknown).apply(port, [...args]);
  };
}

import { describe, expect, it } from '@jest/globals';
import { onFirstUse } from '#shared/aws/first-use.ts';

interface Counter {
  add(by: number): Promise<number>;
}

describe('given a port that is loaded when it is first asked', () => {
  it('when nobody asks, then nothing is loaded; when it is asked often, then once', async () => {
    let loads = 0;
    const port = onFirstUse<Counter>(async () => {
      loads += 1;
      let sum = 0;
      return { add: async (by) => (sum += by) };
    });
    expect(loads).toBe(0);
    expect(await Promise.all([port.add(1), port.add(2)])).toEqual([1, 3]);
    expect(await port.add(1)).toBe(4);
    expect(loads).toBe(1);
  });

  it('when loading fails, then the next question loads again', async () => {
    let loads = 0;
    const port = onFirstUse<Counter>(async () => {
      loads += 1;
      if (loads === 1) throw new Error('out of memory');
      return { add: async (by) => by };
    });
    await expect(port.add(1)).rejects.toThrow('out of memory');
    expect(await port.add(1)).toBe(1);
  });

  it('when it is awaited, copied or its methods are taken off, then it still is the port', async () => {
    // oxlint-disable-next-line typescript/await-thenable -- that awaiting it changes nothing is what is shown
    const port = await onFirstUse<Counter>(
      async () =>
        new (class {
          #sum = 0;
          async add(by: number) {
            return (this.#sum += by);
          }
        })(),
    );
    // oxlint-disable-next-line typescript/unbound-method -- that it needs no receiver is what is shown
    const { add } = port;
    expect(await add(2)).toBe(2);
    expect(await { ports: port }.ports.add(2)).toBe(4);
  });
});

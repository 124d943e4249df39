import { describe, expect, it } from '@jest/globals';
import { fitted, painted } from '../../../../infra/local/tour/live-voice.ts';

function numbered(name: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${name} ${index + 1}`);
}

describe('given a picture of a tree and of what was told', () => {
  it('when all fits, then all is shown', () => {
    const picture = fitted(numbered('tree', 5), numbered('told', 4), { rows: 10, columns: 80 });
    expect(picture).toEqual([...numbered('tree', 5), ...numbered('told', 4)]);
  });

  it('when it is higher than the screen, then the first lines told go', () => {
    const picture = fitted(numbered('tree', 10), numbered('told', 20), { rows: 21, columns: 80 });
    expect(picture).toEqual([...numbered('tree', 10), ...numbered('told', 20).slice(-10)]);
  });

  it('when the tree alone is too high, then its end goes too, and six lines told stay', () => {
    const picture = fitted(numbered('tree', 40), numbered('told', 20), { rows: 21, columns: 80 });
    expect(picture).toEqual([...numbered('tree', 13), '…', ...numbered('told', 20).slice(-6)]);
  });

  it('when what was told is longer than a line, then it counts for as many as the terminal makes of it', () => {
    const picture = fitted(['tree'], ['x'.repeat(25)], { rows: 10, columns: 10 });
    expect(picture).toEqual(['tree', 'x'.repeat(10), 'x'.repeat(10), 'x'.repeat(5)]);
  });

  it('when a line of the tree is too long, then it is cut', () => {
    expect(fitted(['Message: too long'], [], { rows: 10, columns: 10 })).toEqual(['Message: …']);
  });

  it.each([
    { rows: 1, columns: 80 },
    { rows: 2, columns: 80 },
    { rows: 7, columns: 80 },
    { rows: 24, columns: 1 },
  ])('when the screen has $rows rows of $columns, then the picture never scrolls', (screen) => {
    expect(fitted(numbered('tree', 40), numbered('told', 40), screen).length).toBeLessThanOrEqual(
      Math.max(1, screen.rows - 1),
    );
  });
});

it('given a picture on the screen, when the next is shorter, then it is drawn over it, and the rest of the old one goes', () => {
  expect(painted(['a', 'b'])).toBe('\u001b[H\u001b[2Ka\n\u001b[2Kb\n\u001b[J');
});

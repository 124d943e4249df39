/** Calls of helpers, methods and plain builtins. */
import { BUILTINS } from '../builtins/builtins.ts';
import { fail } from '../failure.ts';
import type { Meter } from '../meter.ts';
import type { BuiltinNode, CallNode } from '../syntax/syntax.ts';
import { asFloat } from '../values/assertions.ts';
import { Func, typeName, type Value } from '../values/values.ts';
import type { Evaluate, Frame } from './frame.ts';
import type { Generating } from './generating.ts';
import { evaluateTogether } from './remains.ts';

export function generateBuiltin(generating: Generating, node: BuiltinNode): Evaluate {
  const builtin = BUILTINS.get(node.name);
  if (builtin === undefined) return fail(`unknown builtin ${node.name}`, node.at);
  const given = evaluateTogether(generating, node.arguments);
  return (frame) => builtin.run(charged(given(frame), frame), frame);
}

/** Reading a text costs steps, whatever is done with it. */
function charged(given: readonly Value[], frame: Frame): readonly Value[] {
  for (const value of given) if (typeof value === 'string') frame.meter.charge(value.length >> 2);
  return given;
}

export function generateCall(generating: Generating, node: CallNode): Evaluate {
  return generateHelperCall(generating, node) ?? generateValueCall(generating, node);
}

/** The usual case: the helper is known, and its arguments have been checked. */
function generateHelperCall(generating: Generating, node: CallNode): Evaluate | undefined {
  const { callee } = node;
  if (callee.type !== 'identifier' || generating.slotOf(callee.name) !== undefined) return undefined;
  const helper = generating.environment.helpers.get(callee.name);
  if (helper === undefined || generating.typeOf(callee) !== helper.type) return undefined;
  const [first] = node.arguments;
  if (callee.name === 'isNaN' && first !== undefined) {
    const argument = generating.generate(first);
    return (frame) => Number.isNaN(asFloat(argument(frame)));
  }
  const given = evaluateTogether(generating, node.arguments);
  return (frame) => helper.run(charged(given(frame), frame), frame.result);
}

function generateValueCall(generating: Generating, node: CallNode): Evaluate {
  const evaluate = evaluateTogether(generating, [...node.arguments, node.callee]);
  return (frame) => {
    const values = evaluate(frame);
    return callValue(values.at(-1) ?? null, values.slice(0, -1), frame.meter);
  };
}

/** Steps of each character of a text that a method is given: it is a layout to be filled. */
const LAYOUT_STEPS = 40;

/** Call whatever the callee turned out to be. @throws Failure unless it is a function of so many arguments */
export function callValue(callee: Value, given: readonly Value[], meter: Meter): Value {
  if (callee === null) return fail('invalid operation: cannot call nil');
  if (!(callee instanceof Func)) return fail(`invalid operation: cannot call non-function of type ${typeName(callee)}`);
  const wanted = callee.type.signature?.parameters.length ?? 0;
  if (wanted !== given.length) fail(`invalid number of arguments: expected ${wanted}, got ${given.length}`);
  meter.charge(callee.steps);
  for (const value of given) if (typeof value === 'string') meter.charge(LAYOUT_STEPS * value.length);
  return callee.run(given);
}

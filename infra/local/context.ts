/** What Lambda tells a function of its invocation, as far as one process has it to tell. */
import type { Context } from 'aws-lambda';

let invocations = 0;

export function localContext(functionName: string): Context {
  invocations += 1;
  return {
    functionName,
    awsRequestId: `local-${invocations}`,
    functionVersion: '$LATEST',
    invokedFunctionArn: `arn:aws:lambda:local:000000000000:function:${functionName}`,
    memoryLimitInMB: '1024',
    logGroupName: 'local',
    logStreamName: 'local',
    callbackWaitsForEmptyEventLoop: false,
    getRemainingTimeInMillis: () => Number.MAX_SAFE_INTEGER,
    done: () => undefined,
    fail: () => undefined,
    succeed: () => undefined,
  };
}

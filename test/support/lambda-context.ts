import type { Context } from 'aws-lambda';

/** What Lambda tells a function about an invocation. */
export function aContext(requestId = 'request-1'): Context {
  return {
    awsRequestId: requestId,
    callbackWaitsForEmptyEventLoop: true,
    functionName: 'weir-test',
    functionVersion: '$LATEST',
    invokedFunctionArn: 'arn:aws:lambda:us-east-1:123456789012:function:weir-test',
    logGroupName: '/aws/lambda/weir-test',
    logStreamName: 'stream',
    memoryLimitInMB: '256',
    getRemainingTimeInMillis: () => 1_000,
    done: () => undefined,
    fail: () => undefined,
    succeed: () => undefined,
  };
}

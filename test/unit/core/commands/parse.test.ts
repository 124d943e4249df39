import { describe, expect, it } from '@jest/globals';
import { parseWords } from '#core/commands/parse.ts';

describe('given the words of an order', () => {
  it.each([
    {
      words: 'promote a --full it is urgent',
      then: { verb: 'promote', name: 'a', full: true, reason: 'it is urgent' },
    },
    { words: 'Promote a', then: { verb: 'promote', name: 'a' } },
    { words: 'promote a —full', then: { verb: 'promote', full: true } },
    { words: 'promote --skip-all-steps a', then: { verb: 'promote', name: 'a', skipAllSteps: true } },
    { words: 'promote a --skip-current-step', then: { skipCurrentStep: true, full: false } },
    { words: 'undo shop/a', then: { verb: 'undo', name: 'shop/a', reason: '' } },
    { words: 'undo a --to-revision 3 errors', then: { verb: 'undo', toRevision: 3, reason: 'errors' } },
    { words: 'undo a --to-revision=3', then: { toRevision: 3 } },
    { words: 'restart a', then: { verb: 'restart', name: 'a' } },
    { words: 'restart a --in 1m30s', then: { verb: 'restart', delay: 90_000 } },
    {
      words: 'set image a app=repo/app:v2 side=repo/side:v1@sha256:0=1 the fix a=b',
      then: {
        verb: 'set-image',
        name: 'a',
        images: { app: 'repo/app:v2', side: 'repo/side:v1@sha256:0=1' },
        reason: 'the fix a=b',
      },
    },
    { words: 'set-image a *=repo:v2', then: { verb: 'set-image', images: { '*': 'repo:v2' } } },
    {
      words: 'terminate analysisrun shop/a-1 too slow',
      then: { verb: 'terminate', target: 'AnalysisRun', name: 'shop/a-1', reason: 'too slow' },
    },
    { words: 'terminate exp e', then: { verb: 'terminate', target: 'Experiment', name: 'e' } },
    { words: 'freeze prod/* the site is down', then: { verb: 'freeze', name: 'prod/*', reason: 'the site is down' } },
    { words: 'freeze * --for 2h sale', then: { verb: 'freeze', name: '*', delay: 7_200_000, reason: 'sale' } },
    {
      words: 'freeze a --until 2026-12-24T00:00:00+01:00 sale',
      then: { verb: 'freeze', until: '2026-12-24T00:00:00+01:00' },
    },
    { words: 'unfreeze prod/*', then: { verb: 'unfreeze', name: 'prod/*', reason: '' } },
    { words: 'retry a', then: { verb: 'retry', name: 'a', reason: '' } },
    { words: 'retry rollout a', then: { verb: 'retry', name: 'a' } },
    { words: 'retry experiment e', then: { verb: 'retry', name: 'e', target: 'Experiment' } },
    { words: 'retry experiment', then: { verb: 'retry', name: 'experiment' } },
  ])('when they are "$words", then they are understood', ({ words, then }) => {
    expect(parseWords(words)).toMatchObject({ kind: 'order', ...then });
  });

  it.each([
    { words: 'promote a --full --skip-all-steps', then: '--full and --skip-all-steps exclude each other' },
    { words: 'promote a --full=yes', then: '--full takes no value' },
    { words: 'abort a --to-revision 3', then: 'abort has no flag --to-revision' },
    { words: 'undo a --to-revision', then: '--to-revision takes the number of a revision, not ""' },
    { words: 'undo a --to-revision one', then: '--to-revision takes the number of a revision, not "one"' },
    { words: 'undo a --to-revision=-1', then: '--to-revision takes the number of a revision, not "-1"' },
    { words: 'restart a --in soon', then: '--in takes a duration such as 90s or 10m, not "soon"' },
    { words: 'restart a --in -5s', then: '--in takes a duration such as 90s or 10m, not "-5s"' },
    { words: 'set colour a b=c', then: 'set knows images only' },
    { words: 'set image', then: 'set-image needs the name of a rollout' },
    { words: 'set image a', then: 'set image needs CONTAINER=IMAGE' },
    { words: 'set image a app', then: 'set image needs CONTAINER=IMAGE' },
    { words: 'set image a app= x', then: 'set image needs CONTAINER=IMAGE' },
    { words: 'terminate a', then: 'terminate needs a kind' },
    { words: 'terminate analysisrun', then: 'terminate analysisrun needs a name' },
    { words: 'freeze', then: 'freeze needs a scope' },
    { words: 'freeze a', then: 'freeze needs a reason' },
    { words: 'freeze a --for soon sale', then: '--for takes a duration' },
    { words: 'freeze a --for -1h sale', then: '--for takes a duration' },
    { words: 'freeze a --until tomorrow sale', then: '--until takes a time' },
    { words: 'freeze a --until 2026-12-24T00:00:00 sale', then: '--until takes a time' },
    { words: 'freeze a --until 2026-13-24T00:00:00Z sale', then: '--until takes a time' },
    { words: 'freeze a --for 1h --until 2026-12-24T00:00:00Z sale', then: '--for and --until exclude each other' },
    { words: 'unfreeze a --for 1h', then: 'unfreeze has no flag --for' },
    { words: 'explain', then: 'explain needs the name of a rollout' },
    { words: 'toString a', then: '"toString" is not something Weir can do' },
  ])('when they are "$words", then the problem is told', ({ words, then }) => {
    const asked = parseWords(words);
    expect(asked.kind).toBe('help');
    expect(asked.kind === 'help' ? asked.problem : '').toContain(then);
  });
});

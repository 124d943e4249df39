/** How an Experiment fares as a whole, from its templates and its analyses. strategies §4.3. */
import { isCompleted, type Experiment, type ExperimentStatus, type Phase } from '../resources/argo.ts';
import { requiredAreSuccessful } from './course.ts';

type Outcome = { readonly phase: Phase; readonly message: string };
type Worst<Status extends string> = { readonly status: Status; readonly message: string };

/** From best to worst. */
const TEMPLATE_ORDER = ['Successful', 'Running', 'Progressing', 'Error', 'Failed'] as const;
const ANALYSIS_ORDER = ['Successful', 'Running', 'Inconclusive', 'Error', 'Failed'] as const;

/** @param status with the templates and analyses of this pass; its phase is what is stored */
export function phaseOf({ spec }: Experiment, status: ExperimentStatus): Outcome {
  const stored = status.phase ?? '';
  if (stored === '') return { phase: 'Pending', message: '' };
  if (isCompleted(stored)) return { phase: stored as Phase, message: status.message ?? '' };
  const templates = worstTemplate(status);
  const analyses = outcomeOfAnalyses(spec, status);
  const required = (spec.analyses ?? []).some(({ requiredForCompletion }) => requiredForCompletion === true);
  if (isCompleted(templates.status)) {
    const analysesDecide = templates.status === 'Successful' && (isCompleted(analyses.phase) || required);
    return analysesDecide ? analyses : { phase: templates.status as Phase, message: templates.message };
  }
  if (isCompleted(analyses.phase) && analyses.phase !== 'Successful') return analyses;
  if (requiredAreSuccessful({ spec, status })) return analyses;
  return { phase: templates.status === 'Progressing' ? 'Pending' : 'Running', message: '' };
}

export function worstTemplate({ templateStatuses = [] }: ExperimentStatus): Worst<(typeof TEMPLATE_ORDER)[number]> {
  const rank = (status: string | undefined) => (TEMPLATE_ORDER as readonly string[]).indexOf(status ?? 'Progressing');
  const [worst] = templateStatuses.toSorted((a, b) => rank(b.status) - rank(a.status));
  return {
    status: TEMPLATE_ORDER[rank(worst?.status ?? 'Successful')] ?? 'Progressing',
    message: worst?.message ?? '',
  };
}

/** Without analyses all is well; one that has not begun counts as running. */
function outcomeOfAnalyses(spec: Experiment['spec'], status: ExperimentStatus): Outcome {
  const { analyses = [] } = spec;
  const found = analyses.map(({ name }) => (status.analysisRuns ?? []).find((each) => each.name === name));
  const rank = (phase: string | undefined) => {
    const index = (ANALYSIS_ORDER as readonly string[]).indexOf(phase ?? '');
    return index === -1 ? 1 : index;
  };
  const ranked = found.map((each) => ({ rank: rank(each?.phase), message: each?.message ?? '' }));
  const worst = ranked.reduce((a, b) => (b.rank > a.rank ? b : a), { rank: 0, message: '' });
  if (worst.rank <= 1 && requiredAreSuccessful({ spec, status })) {
    return { phase: 'Successful', message: 'Required AnalysisRuns completed' };
  }
  return { phase: ANALYSIS_ORDER[worst.rank] ?? 'Running', message: worst.message };
}

/** The Go structs behind `canary.steps` (argoproj.io/v1alpha1), as data. engine §4.6. */
import { readSchema } from './go-schema.ts';

export const stepFields = readSchema({
  CanaryStep:
    'setWeight* pause:*RolloutPause experiment:*RolloutExperimentStep analysis:*RolloutAnalysis setCanaryScale:*SetCanaryScale setHeaderRoute:*SetHeaderRoute setMirrorRoute:*SetMirrorRoute plugin:*PluginStep',
  RolloutPause: 'duration*',
  RolloutExperimentStep:
    'templates!:[]RolloutExperimentTemplate duration analyses:[]ExperimentAnalysis dryRun:[]DryRun analysisRunMetadata:Metadata scaleDownDelaySeconds*',
  RolloutExperimentTemplate:
    'name! specRef! replicas* metadata:Metadata selector:*LabelSelector weight* service:*TemplateService',
  ExperimentAnalysis: 'name! templateName! clusterScope* args:[]AnalysisRunArgument requiredForCompletion',
  TemplateService: 'name',
  LabelSelector: 'matchLabels:{} matchExpressions:[]LabelSelectorRequirement',
  LabelSelectorRequirement: 'key! operator! values:[]',
  RolloutAnalysis:
    'templates:[]AnalysisTemplateRef args:[]AnalysisRunArgument dryRun:[]DryRun measurementRetention:[]MeasurementRetention analysisRunMetadata:*Metadata',
  AnalysisTemplateRef: 'templateName! clusterScope*',
  AnalysisRunArgument: 'name! value valueFrom:*ArgumentValueFrom',
  ArgumentValueFrom: 'podTemplateHashValue* fieldRef:*FieldRef',
  FieldRef: 'fieldPath!',
  DryRun: 'metricName!',
  MeasurementRetention: 'metricName! limit!#',
  Metadata: 'labels:{} annotations:{}',
  SetCanaryScale: 'weight* replicas* matchTrafficWeight',
  SetHeaderRoute: 'name match:[]HeaderRoutingMatch',
  HeaderRoutingMatch: 'headerName! headerValue!:*StringMatch',
  SetMirrorRoute: 'name! match:[]RouteMatch percentage*',
  RouteMatch: 'method:*StringMatch path:*StringMatch headers:{}StringMatch',
  StringMatch: 'exact prefix regex',
  PluginStep: 'name! config:*Json',
});

/** Builds what the cluster tier needs, ahead of it: `.ci/run` starts this in the background. */
import { ARGO_ROLLOUTS, BuildError, CONTROL_PLANE, goProgram } from './support/go-program.ts';

try {
  for (const program of [CONTROL_PLANE, ARGO_ROLLOUTS]) console.log(await goProgram(program));
} catch (error) {
  if (!(error instanceof BuildError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}

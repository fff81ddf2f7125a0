import type { ControlStatus } from './control-client.ts';

/** What a proxy that is well says of itself, but for `more`. */
export const controlStatus = (more: Partial<ControlStatus>): ControlStatus => ({
  node: 'one',
  revision: 1,
  setProblem: null,
  health: { status: 'ACTIVE', problem: null },
  certificate: { days: 19, problem: null },
  audit: null,
  bindings: [],
  verdicts: {},
  figures: { seconds: 60, perSecond: 0, p50: null, p99: null, p999: null, refusals: {} },
  inFlight: 0,
  ...more,
});

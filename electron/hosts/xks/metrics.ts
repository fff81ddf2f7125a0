import type { Figures } from '../../core/xks/figures.ts';
import type { Health } from '../../core/xks/health.ts';

export interface Measured {
  readonly verdicts: ReadonlyMap<string, number>;
  readonly inFlight: number;
  readonly revision: number;
  readonly certificateDays: number;
  readonly health: Health;
  readonly auditSeq: number;
  readonly durations: ReturnType<Figures['histogram']>;
}

const healthValue = { ACTIVE: 2, DEGRADED: 1, UNAVAILABLE: 0 } as const;

/** Prometheus text format 0.0.4. */
export function metricsText(measured: Measured): string {
  const lines = [
    '# HELP keyreeve_xks_requests_total Requests answered, by verdict.',
    '# TYPE keyreeve_xks_requests_total counter',
    ...[...measured.verdicts].map(
      ([verdict, count]) => `keyreeve_xks_requests_total{verdict="${verdict}"} ${count}`,
    ),
    ...histogram('request_seconds', 'Time from the request to its answer.', measured.durations),
    ...gauge('in_flight', 'Requests being worked on.', measured.inFlight),
    ...gauge('serving_set_revision', 'Revision of the serving set.', measured.revision),
    ...gauge('certificate_days', 'Days until the certificate ends.', measured.certificateDays),
    ...gauge('health', '2 active, 1 degraded, 0 unavailable.', healthValue[measured.health.status]),
    ...gauge('canary_seconds', 'Duration of the last trial.', measured.health.took / 1000),
    ...gauge('audit_records', 'Number of the last audit record.', measured.auditSeq),
  ];
  return `${lines.join('\n')}\n`;
}

const gauge = (name: string, help: string, value: number): string[] => [
  `# HELP keyreeve_xks_${name} ${help}`,
  `# TYPE keyreeve_xks_${name} gauge`,
  `keyreeve_xks_${name} ${value}`,
];

function histogram(name: string, help: string, durations: Measured['durations']): string[] {
  const { upTo, count, sum } = durations;
  const full = `keyreeve_xks_${name}`;
  return [
    `# HELP ${full} ${help}`,
    `# TYPE ${full} histogram`,
    ...upTo.map(
      ([ms, each]) => `${full}_bucket{le="${Number((ms / 1000).toPrecision(3))}"} ${each}`,
    ),
    `${full}_bucket{le="+Inf"} ${count}`,
    `${full}_sum ${sum / 1000}`,
    `${full}_count ${count}`,
  ];
}

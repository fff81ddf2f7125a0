import { sayCount } from '../../../shared/text/counted.ts';
import { type ProxyFigures, proxyBudgetMs, proxyMs } from '../../../shared/text/xks.ts';

/** Figures of a minute in words; a dash where nothing was answered. */
export function figureWords({ perSecond, p50, p99, p999 }: ProxyFigures) {
  const within = (ms: number | null): string => (ms === null ? '-' : proxyMs(ms));
  const rate = perSecond < 10 ? perSecond.toFixed(1) : String(Math.round(perSecond));
  return {
    rate: perSecond === 0 ? 'none' : rate,
    p50: within(p50),
    p99: late(p99) ? `! ${within(p99)}` : within(p99),
    p999: late(p999) ? `! ${within(p999)}` : within(p999),
  };
}

const late = (ms: number | null): boolean => ms !== null && ms > proxyBudgetMs;

export const slowTone = (ms: number | null): string => (late(ms) ? 'tone-attention' : '');

/** Refusals by cause, the most frequent first. */
export function refusalWords(refusals: ProxyFigures['refusals']): string {
  const causes = Object.entries(refusals).toSorted(([, a], [, b]) => b - a);
  return causes.map(([name, count]) => `${sayCount(count)} × ${name}`).join(', ') || 'none';
}

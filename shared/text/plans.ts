import type { Plan } from '../contract/shapes.ts';
import { counted } from './counted.ts';

/** `9 steps, 7 AWS calls (3 change something, 4 only read), about 20 seconds` */
export function sayEffort({
  steps,
  calls,
  approximateSeconds,
}: Pick<Plan, 'steps' | 'calls' | 'approximateSeconds'>): string {
  const changing = calls.filter((call) => call.changes).length;
  const reading = calls.length - changing;
  const split = [
    changing > 0 ? `${counted(changing, 'changes', 'change')} something` : '',
    reading > 0 ? `${reading} only ${reading === 1 ? 'reads' : 'read'}` : '',
  ].filter((part) => part !== '');
  const asked = split.length === 0 ? '' : ` (${split.join(', ')})`;
  return `${counted(steps.length, 'step')}, ${counted(calls.length, 'AWS call')}${asked}, ${sayAbout(approximateSeconds)}`;
}

/** Rounded as a person would say it: nobody waits 193 seconds. */
export function sayAbout(seconds: number): string {
  if (seconds < 90) return `about ${counted(Math.max(1, Math.ceil(seconds)), 'second')}`;
  const minutes = Math.round(seconds / 60);
  return minutes < 90
    ? `about ${counted(minutes, 'minute')}`
    : `about ${counted(Math.round(minutes / 60), 'hour')}`;
}

import { currentStep } from '../../electron/core/jobs/step-scope.ts';

/** A moment of a step that the process can be killed at. */
export interface Place {
  readonly kind: string;
  readonly step: string;
  /** `before-intent`, `after-intent`, `aws:OPERATION:sent`, `hsm:METHOD:answered`, … */
  readonly event: string;
  readonly phase: 'act' | 'reconcile' | null;
}

/**
 * Where a fault point lies; null outside of steps. The runner names kind and step itself; adapters
 * name only their call, and the step they work for is the one in scope.
 */
export function placeOf(fault: string): Place | null {
  const [first = '', second = '', third = ''] = fault.split(':');
  if (first === 'aws' || first === 'hsm') {
    const step = currentStep();
    return step && { kind: step.kind, step: step.step, event: fault, phase: step.phase };
  }
  return { kind: first, step: second, event: third, phase: null };
}

export const requestOf = (event: string): { call: string; moment: string } | null => {
  const found = /^(?:aws|hsm):(\w+):(sent|answered)$/.exec(event);
  return found ? { call: found[1] ?? '', moment: found[2] ?? '' } : null;
};

/** The parts of a point's name, `KIND/STEP/EVENT#OCCURRENCE`. */
export function parsePoint(name: string): {
  kind: string;
  step: string;
  event: string;
  occurrence: number;
} {
  const found = /^([^/]+)\/([^/]+)\/([^#]+)#(\d+)$/.exec(name);
  if (!found) throw new Error(`not a crash point: ${name}`);
  const [, kind = '', step = '', event = '', occurrence = ''] = found;
  return { kind, step, event, occurrence: Number(occurrence) };
}

export const pointName = (place: Place, occurrence: number): string =>
  `${place.kind}/${place.step}/${place.event}#${occurrence}`;

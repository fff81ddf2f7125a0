import { crashPoint } from '../core/assembly/crash-point.ts';
import type { FaultPoints } from '../core/ports.ts';

/**
 * For cores in a process of their own, whose host starts another: a rehearsed crash is a real one,
 * and nothing is tidied up before it.
 */
export const rehearsedCrash: FaultPoints = {
  reach: (point) => {
    if (point === crashPoint) process.kill(process.pid, 'SIGKILL');
  },
};

import type { OutputFor } from '../../../../shared/contract/index.ts';
import { instantOf } from '../../../../shared/model/instant.ts';
import type { Control } from './control.ts';
import { readMischief } from './mischief.ts';

type Room = OutputFor<'practice.show'>;

/** Clock, quotas and mischief, and what a reset would lose. */
export async function readRoom(control: Control): Promise<Room> {
  const [clock, quotas, mischief, holds] = await Promise.all([
    control.get<{ now: string; aheadSeconds: number }>('/clock'),
    control.get<{ setting: { enabled: boolean; scale: number } }>('/quotas'),
    readMischief(control),
    control.get<Room['holds']>('/holdings'),
  ]);
  return {
    clock: { now: instantOf(clock.now), aheadSeconds: clock.aheadSeconds },
    quotas: { on: quotas.setting.enabled, scale: quotas.setting.scale },
    mischief,
    holds,
  };
}

import type { State } from './state.ts';

const offsetSetting = 'clock-offset-ms';

/**
 * The practice clock: real time plus what `POST /clock` added. Everything but signature age and
 * the Date header goes by it.
 */
export interface PracticeClock {
  now(): number;
  advance(milliseconds: number): void;
  /** Back to real time. */
  restore(): void;
  readonly offset: number;
}

export function practiceClock(state: State): PracticeClock {
  let offset = Number(state.readText(offsetSetting) ?? '0');
  const set = (value: number) => {
    offset = value;
    state.writeText(offsetSetting, String(value));
  };
  return {
    now: () => Date.now() + offset,
    advance: (milliseconds) => set(offset + milliseconds),
    restore: () => set(0),
    get offset() {
      return offset;
    },
  };
}

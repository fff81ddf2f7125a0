import type { StateText } from '../../shared/text/states.ts';

/** Glyph and word of a state; colour only repeats what they say. */
export function StateWord({ state }: { readonly state: StateText }) {
  return (
    <span className={`tone-${state.tone}`}>
      <span aria-hidden="true" className="mono">
        {state.glyph}{' '}
      </span>
      {state.word}
    </span>
  );
}

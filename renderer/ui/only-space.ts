import type { KeyboardEvent } from 'react';

/** A box is ticked with Space; Enter must not start the deed from here. */
export const onlySpace = (event: KeyboardEvent): void => {
  if (event.key === 'Enter') event.preventDefault();
};

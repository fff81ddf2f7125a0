/** The only channels between a window and the main process. */
export const channels = {
  call: 'keyreeve:call',
  ask: 'keyreeve:ask',
  change: 'keyreeve:change',
  host: 'keyreeve:host',
} as const;

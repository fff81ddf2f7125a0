import type { OutputFor } from '../../../shared/contract/index.ts';
import type { StateText } from '../../../shared/text/states.ts';

export type Credential = OutputFor<'credential.list'>['credentials'][number];

export const credentialKinds = {
  keys: 'Access key',
  session: 'Session',
  profile: 'Profile',
  'assume-role': 'Role',
} as const satisfies Record<Credential['kind'], string>;

/** Why there is no TLS to be set for it; null: there is. */
export const withoutTls = ({ endpoint }: Pick<Credential, 'endpoint'>): string | null =>
  endpoint === null || endpoint.startsWith('https:')
    ? null
    : 'Its address goes without TLS: there is nothing to trust.';

export const connectionWords: Readonly<Record<Credential['connection'], StateText>> = {
  Connected: { glyph: '✓', word: 'Connected', tone: 'good' },
  'Not Connected': { glyph: '!', word: 'Not Connected', tone: 'attention' },
  'Not tested': { glyph: '?', word: 'Not tested', tone: 'quiet' },
};

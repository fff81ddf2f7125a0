import { prepareSoftToken as prepare, type SoftToken } from '../../core/hsm/soft-token.ts';

export type { SoftToken };

/** As the core does it; the HSM bridge inherits SOFTHSM2_CONF from this process. */
export function prepareSoftToken(folder: string): SoftToken | null {
  const token = prepare(folder);
  if (token) process.env['SOFTHSM2_CONF'] = token.configuration;
  return token;
}

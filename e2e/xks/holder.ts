import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { KmsSide } from './client.ts';

const written = z.object({
  XksProxyUriPath: z.string(),
  XksProxyAuthenticationCredential: z.object({
    AccessKeyId: z.string(),
    RawSecretAccessKey: z.string(),
  }),
});

/** Whoever holds a credential as it was written to a file, at the door of a proxy. */
export function holderOf(
  file: string,
  proxy: { readonly host: string; readonly port: number; readonly caFile: string },
): KmsSide {
  const given = written.parse(JSON.parse(readFileSync(file, 'utf8')));
  const { AccessKeyId, RawSecretAccessKey } = given.XksProxyAuthenticationCredential;
  return new KmsSide(
    {
      uriEndpoint: `https://${proxy.host}:${proxy.port}`,
      uriPrefix: '',
      uriPath: given.XksProxyUriPath,
      accessKeyId: AccessKeyId,
      secretAccessKey: RawSecretAccessKey,
      caFile: proxy.caFile,
      keys: { both: '', encryptOnly: '', decryptOnly: '', none: '' },
    },
    // It is reached at this computer, by whatever name.
    { checkServerIdentity: () => undefined },
  );
}

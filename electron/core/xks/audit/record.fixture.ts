import type { XksRecord } from './record.ts';

/** A request that went well, as a proxy notes it. */
export const proxyRecord = (request: number): XksRecord => ({
  request,
  api: 'Encrypt',
  verdict: 'ok',
  status: 200,
  store: 's',
  accessKeyId: 'A',
  key: 'k',
  version: 1,
  kmsRequestId: `r-${request}`,
  kmsOperation: 'Encrypt',
  principal: 'arn:aws:iam::111122223333:user/Alice',
  kmsKeyArn: null,
  viaService: null,
  vpc: null,
  vpce: null,
  detail: null,
  dryRun: null,
  revision: 1,
  tookUs: 1,
});

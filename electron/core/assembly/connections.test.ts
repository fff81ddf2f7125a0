import { expect, it } from 'vitest';
import type { Cloud, CloudConnection } from '../cloud/cloud.ts';
import type { Credentials } from '../keystore/credentials.ts';
import type { Credential } from '../keystore/rows.ts';
import { createConnections } from './connections.ts';

const credential = { id: 'c', kind: 'profile', profile: 'default', endpoint: null } as Credential;

it('keeps what was opened anew while a dropped connection was still failing', async () => {
  const asked: PromiseWithResolvers<CloudConnection>[] = [];
  const cloud: Pick<Cloud, 'connect'> = {
    connect: () => {
      const one = Promise.withResolvers<CloudConnection>();
      asked.push(one);
      return one.promise;
    },
  };
  const credentials = { tls: { choiceOf: () => null } } as unknown as Credentials;
  const connections = createConnections(cloud as Cloud, credentials, 'practice');
  const get = () => connections.get(credential, 'eu-west-1', null);
  const former = get();
  connections.drop(credential.id);
  const fresh = get();
  asked[0]?.reject(new Error('no such address'));
  await expect(former).rejects.toThrow('no such address');
  let closed = 0;
  asked[1]?.resolve({ close: () => closed++ } as unknown as CloudConnection);
  await fresh;
  expect(get()).toBe(fresh);
  connections.close();
  await fresh;
  expect([asked.length, closed]).toEqual([2, 1]);
});

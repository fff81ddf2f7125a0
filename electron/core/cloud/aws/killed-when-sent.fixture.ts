import { createCloud } from '../create-cloud.ts';
import { practiceSpec, testPorts } from './wire-server.fixture.ts';

// Run by a test: makes a key at the given address and dies at the given point, as a crash would.
const [, , url = '', point = ''] = process.argv;
const ports = testPorts();
const cloud = createCloud({
  ...ports,
  faults: {
    reach: (reached) => {
      if (reached === point) process.kill(process.pid, 'SIGKILL');
    },
  },
});
const connection = await cloud.connect(practiceSpec(url));
await connection.createExternalKey({
  spec: 'SYMMETRIC_DEFAULT',
  usage: 'ENCRYPT_DECRYPT',
  description: 'x'.repeat(4000),
  marker: 'kr-1-1-aa',
  policy: JSON.stringify({ filler: 'y'.repeat(30_000) }),
  tags: [],
});
process.stdout.write('survived');

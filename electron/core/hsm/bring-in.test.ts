import { describeBringIn } from './bring-in.fixture.ts';
import { builtIn, nss, softHsm } from './token.fixture.ts';

describeBringIn(softHsm, 'sha1');
describeBringIn(nss, 'sha256');
describeBringIn(builtIn, 'sha256');

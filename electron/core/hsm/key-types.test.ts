import { describeKeyTypes } from './key-types.fixture.ts';
import { builtIn, nss, softHsm } from './token.fixture.ts';

describeKeyTypes(softHsm);
describeKeyTypes(nss);
describeKeyTypes(builtIn);

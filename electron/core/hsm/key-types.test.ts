import { describeKeyTypes } from './key-types.fixture.ts';
import { builtIn } from './token.fixture.ts';

describeKeyTypes(builtIn);

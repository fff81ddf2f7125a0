// A reporter for run-tests.mjs: how many errors came up outside of every test, which no report of tests
// counts. Writes the number to the file that KEYREEVE_ERRORS_BESIDE_TESTS names.
import { writeFileSync } from 'node:fs';

export default class ErrorsBesideTests {
  onTestRunEnd(_modules, errors) {
    const file = process.env.KEYREEVE_ERRORS_BESIDE_TESTS;
    if (file !== undefined) writeFileSync(file, String(errors.length));
  }
}

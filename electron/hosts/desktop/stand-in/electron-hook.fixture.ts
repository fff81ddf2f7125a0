/** Loaded before the built main process: `electron` is the stand-in. */
import { registerHooks } from 'node:module';

const standIn = new URL('./main-module.fixture.ts', import.meta.url).href;
registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'electron' ? { url: standIn, shortCircuit: true } : next(specifier, context),
});

import {registerHooks} from 'node:module';

/**
 * Ink asks all of es-toolkit/compat for its one `throttle`: 400 modules, which take 95 ms of the 450 to the first frame.
 * While this lasts, it gets that function's own module. A release of either that is made otherwise is loaded as it asks.
 */
export function leanInk(): Disposable {
  const hooks = registerHooks({
    resolve(specifier, context, next) {
      if (specifier !== 'es-toolkit/compat' || context.parentURL?.endsWith('/ink/build/ink.js') !== true)
        return next(specifier, context);
      try {
        return next('es-toolkit/compat/throttle', context);
      } catch {
        return next(specifier, context);
      }
    },
  });
  return {[Symbol.dispose]: () => hooks.deregister()};
}

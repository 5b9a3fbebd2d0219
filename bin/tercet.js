#!/usr/bin/env node
// Old syntax on purpose: an old Node has to be able to read the sentence that says it is too old.
var version = process.versions.node.split('.').map(Number);
if (version[0] < 22 || (version[0] === 22 && version[1] < 18)) {
  process.stderr.write(
    'tercet needs Node 22.18 or newer; this is ' +
      process.version +
      '.\n  Install a newer Node (https://nodejs.org), or run it with: npx -p node@24 -p tercet tercet\n',
  );
  process.exit(2);
}
import('node:module')
  .then((module) => {
    // Node keeps what it has compiled, so that the next start is quicker; the demo promises to leave nothing behind.
    if (module.enableCompileCache && process.argv[2] !== 'demo') module.enableCompileCache();
    return import('../dist/cli.js');
  })
  .catch((error) => {
    if (error.code !== 'ERR_MODULE_NOT_FOUND' || !/dist\/cli\.js$/.test(error.url)) throw error;
    process.stderr.write('tercet is not built here.\n  In a clone, run: npm ci && npm run build\n');
    process.exit(2);
  });

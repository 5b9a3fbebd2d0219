import { main } from './main.ts';

const { stdin, stdout, stderr, env } = process;
// A reader that has gone away (| head) is no failure of ours.
stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});
// Who hears the progress may leave; the work goes on.
stderr.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});
const code = await main(process.argv.slice(2), { stdin, stdout, stderr, env, cwd: process.cwd() });
// Idle connections to a provider must not keep the process; what was printed has to be out first.
stdout.write('', () => process.exit(code));

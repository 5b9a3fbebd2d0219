import { cliAgent } from '../../../../src/adapters/agent/cli/agent.ts';
import { CLAUDE_CODE } from '../../../../src/adapters/agent/cli/claude-code.ts';
import { aTurn } from '../../../ports/turn.ts';

/** Has a turn under way until it is killed: the program and the folder are its arguments. */
const [program = '', folder = ''] = process.argv.slice(2);
const agent = cliAgent({
  profile: CLAUDE_CODE,
  model: 'claude-code/claude-sonnet-5-5',
  pricedAs: 'anthropic/claude-sonnet-5-5',
  lineage: 'anthropic',
  program,
  billing: 'login',
  usdPerTurn: '1',
  env: { PATH: process.env.PATH },
});
await agent.turn(aTurn(), { signal: new AbortController().signal, folder: { path: folder, write: true } });

import { acpAgent } from '../../../../src/adapters/agent/acp/agent.ts';
import { ACP_PROFILES } from '../../../../src/adapters/agent/acp/profiles.ts';
import { aTurn } from '../../../ports/turn.ts';

/** Has a turn under way until it is killed: the program and the folder are its arguments. */
const [program = '', folder = ''] = process.argv.slice(2);
const profile = ACP_PROFILES.opencode;
if (profile === undefined) throw new Error('no profile');
const agent = acpAgent({
  profile,
  model: 'opencode/fake/fast',
  pricedAs: 'fake/fast',
  lineage: 'test',
  program,
  keys: [],
  billing: 'login',
  usdPerTurn: '1',
  env: { PATH: process.env.PATH },
  version: '0.0.0-test',
});
await agent.turn(aTurn(), { signal: new AbortController().signal, folder: { path: folder, write: true } });

/** A process that holds: `node holder.ts FILE NAME JSON`, prints how many holds it was granted. */
import { openLedger } from '../../../src/adapters/ledger/sqlite.ts';

const [file = '', name = '', json = '{}'] = process.argv.slice(2);
const { calls, cap, receipt } = JSON.parse(json);
const ledger = await openLedger(file);
let granted = 0;
for (let call = 0; call < calls; call += 1) {
  const answer = await ledger.hold({ ...receipt, callId: `${name}-${call}` }, [cap]);
  if (answer.granted) granted += 1;
}
await ledger.close();
console.log(granted);

import { openMemoryLedger } from '../../../src/adapters/ledger/memory.ts';
import { heldReceipt, ledgerContract } from '../../ports/ledger.contract.ts';

ledgerContract('memory', async () => {
  const ledger = openMemoryLedger();
  return {
    ledger,
    race: ({ calls, heldUsd, cap }) =>
      Promise.all(
        ['a', 'b'].map(async (holder) => {
          let granted = 0;
          for (let call = 0; call < calls; call += 1) {
            const answer = await ledger.hold(heldReceipt(`${holder}-${call}`, { heldUsd }), [cap]);
            if (answer.granted) granted += 1;
          }
          return granted;
        }),
      ),
    remove: async () => {},
  };
});

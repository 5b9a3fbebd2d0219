/**
 * A fetch whose answers break off after some bytes, again and again, with figures from `seed`: a network as followers meet
 * it. `breaks` counts how often.
 */
export function breakingFetch(seed: number): { fetch: typeof fetch; breaks(): number } {
  let state = seed * 2_654_435_761 + 1;
  let count = 0;
  const figure = (most: number): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return state % most;
  };
  return {
    breaks: () => count,
    fetch: async (input, init) => {
      const answer = await fetch(input, init);
      const reader = answer.body?.getReader();
      if (reader === undefined) return answer;
      // Now and then room for the largest event, so that there is an end.
      let left = figure(4) === 0 ? 12_000 : 20 + figure(3_000);
      const body = new ReadableStream<Uint8Array>({
        async pull(controller) {
          const { done, value } = await reader.read();
          if (done) return controller.close();
          // In the middle of a line, of a character, of an event.
          if (value.length > left) {
            controller.enqueue(value.subarray(0, left));
            count++;
            await reader.cancel();
            controller.error(new TypeError('the network broke'));
            return;
          }
          left -= value.length;
          controller.enqueue(value);
        },
        cancel: (why) => reader.cancel(why),
      });
      return new Response(body, answer);
    },
  };
}

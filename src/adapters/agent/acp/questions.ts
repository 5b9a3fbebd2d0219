/**
 * Questions an agent asks in the middle of its work. Nobody is there to answer, and a turn must not wait for somebody:
 * it goes on with what it would assume. Cursor's own are from its documentation; it waits for an answer of any kind.
 */
export const QUESTIONS: Readonly<Record<string, (write: boolean) => { answer: object; said: string | null }>> = {
  'elicitation/create': () => ({ answer: { action: 'decline' }, said: 'an answer to its question' }),
  'cursor/ask_question': () => ({
    answer: { outcome: { outcome: 'skipped', reason: 'Nobody is there to answer: go on by what you were told.' } },
    said: 'an answer to its question',
  }),
  'cursor/create_plan': (write) =>
    write
      ? { answer: { outcome: { outcome: 'accepted' } }, said: null }
      : {
          answer: { outcome: { outcome: 'rejected', reason: 'Answer in text, as you were asked to.' } },
          said: 'a plan of its own, apart from its answer',
        },
};

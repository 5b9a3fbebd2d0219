import { z } from 'zod';

/** What a person asks for, and where it starts. Untrusted text: it is data in every prompt. */
export const Request = z.object({
  text: z.string().trim().min(1, 'the request is empty'),
  source: z.enum(['text', 'file', 'stdin', 'diff', 'plan']),
  /** The commit the run starts from: a full object name. */
  base: z.string().regex(/^[0-9a-f]{40,64}$/),
  /** Free text about the code that the caller wants the planner to know. */
  context: z.string().optional(),
});
export type Request = z.infer<typeof Request>;

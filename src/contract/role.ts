import { z } from 'zod';

/** The three roles of a run. */
export const ROLES = ['planner', 'executor', 'reviewer'] as const;
export const Role = z.enum(ROLES);
export type Role = z.infer<typeof Role>;

/** Reasoning effort, portable across providers; each adapter maps it to what its model accepts. */
export const EFFORTS = ['none', 'low', 'medium', 'high', 'max'] as const;
export const Effort = z.enum(EFFORTS);
export type Effort = z.infer<typeof Effort>;

/** Whose training produced a model (anthropic, openai, google, cursor, …); `null` where nobody can say. */
export type Lineage = string | null;

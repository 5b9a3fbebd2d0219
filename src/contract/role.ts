/** The three roles of a run. */
export const ROLES = ['planner', 'executor', 'reviewer'] as const;
export type Role = (typeof ROLES)[number];

/** Reasoning effort, portable across providers; each adapter maps it to what its model accepts. */
export const EFFORTS = ['none', 'low', 'medium', 'high', 'max'] as const;
export type Effort = (typeof EFFORTS)[number];

/** Whose training produced a model (anthropic, openai, google, cursor, …); `null` where nobody can say. */
export type Lineage = string | null;

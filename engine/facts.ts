/**
 * What is known of one node at one time: topic → key → value, all plain text. Topics that are always there: `os`,
 * `packages`, `services`, `ports`, `users`, `mounts`, `files` (path → sha256), `settings` (`path [section] key` → value).
 */
export type NodeFacts = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** An environment's facts: role and index (`controller`, `compute-2`) → facts, so that environments can be compared. */
export type EnvironmentFacts = Readonly<Record<string, NodeFacts>>;

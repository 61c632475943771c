/**
 * What is known of one node at one time: topic → key → value, all plain text. Topics that are always there: `os`,
 * `packages`, `services`, `ports`, `users`, `groups`, `mounts`, `sysctl`, `files` (path → sha256, or where a link leads), `modes` (path → mode and
 * owner, where these are not 0644 or 0755 of root), `settings` (`path [section] key` → value).
 */
export type NodeFacts = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** An environment's facts: role and index (`controller`, `compute-2`) → facts, so that environments can be compared. */
export type EnvironmentFacts = Readonly<Record<string, NodeFacts>>;

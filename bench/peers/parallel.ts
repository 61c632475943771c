/**
 * On how many nodes a peer works at a time. Of 4, 8, 16, 32 and 64, measured once on two cores with 60 nodes (commands),
 * 20 nodes (steps) and 10 nodes (a file): none was clearly ahead of 32 in processor time or wall time, and 4 and 8 were
 * behind. It is also what pssh and pdsh do by themselves. `--parallel` tries another number.
 */
export const PARALLEL = 32;

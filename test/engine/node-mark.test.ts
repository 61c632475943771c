import { describe, expect, it } from 'vitest';
import { markAtBegin, markRecord } from '../../engine/node-mark.ts';

const at = (minute: number) => new Date(Date.UTC(2026, 10, 28, 12, minute));

describe('the mark of a node on record', () => {
  it('is the one that a task was begun under, if it was the first or is older than the task', () => {
    const first = markRecord('id.boot-1', null, at(5));
    expect(first).toBe('id.boot-1');
    expect(markAtBegin(first, at(0), at(10))).toBe('id.boot-1');
    const second = markRecord('id.boot-2', first, at(20));
    expect(markAtBegin(second, at(25), at(30))).toBe('id.boot-2');
    expect(markAtBegin(null, at(0), at(10))).toBe(null);
  });

  it('is not the one of a task that was begun under another, whoever comes to know of that', () => {
    const second = markRecord('id.boot-2', 'id.boot-1', at(20));
    expect(markAtBegin(second, at(10), at(30))).not.toMatch(/^(id\.boot-\d|)$/);
    // Workers' clocks differ.
    expect(markAtBegin(second, new Date(at(20).getTime() + 1_000), at(30))).not.toMatch(/^(id\.boot-\d|)$/);
    const third = markRecord('id.boot-3', second, at(40));
    expect(markAtBegin(third, at(30), at(50))).not.toMatch(/^(id\.boot-\d|)$/);
    expect(markAtBegin(third, at(45), at(50))).toBe('id.boot-3');
  });

  it('stays as it is as long as the node says the same', () => {
    const second = markRecord('id.boot-2', 'id.boot-1', at(20));
    expect(markRecord('id.boot-2', second, at(30))).toBe(second);
    expect(markRecord('id.boot-1', 'id.boot-1', at(30))).toBe('id.boot-1');
  });

  it('says nothing of a task that is so old that its node may have been tidied up', () => {
    const old = new Date(at(0).getTime() - 7 * 86_400_000);
    expect(markAtBegin('id.boot-1', old, at(0))).toBe('id.boot-1, long ago');
  });
});

import { describe, expect, it } from 'vitest';
import type { Cost } from '../../bench/cost.ts';
import { GOALS } from '../../bench/goals.ts';
import { goalTable, jsonLine } from '../../bench/report.ts';
import type { Costs } from '../../bench/rounds.ts';

/** All its processor time on the client. */
const cost = (wall: number, cpu: number): Cost => ({ wall, client: cpu, database: 0, nodes: 0 });

function costs(of: Record<string, readonly Cost[]>): Costs {
  return new Map(Object.entries(of));
}

const ratio = (key: string, work: string, of: Costs) =>
  GOALS.find((goal) => goal.key === key)?.ratio(new Map([[work, of]]));

describe('goals', () => {
  it('compare medians with one of the others', () => {
    const of = costs({
      Deployday: [cost(1, 2), cost(9, 99), cost(1, 2)],
      'OpenSSH ControlMaster': [cost(4, 8)],
      'Ansible raw': [cost(8, 40)],
    });
    expect(ratio('w2_cpu_vs_mux', 'w2', of)).toBe(0.25);
    expect(ratio('w2_wall_vs_mux', 'w2', of)).toBe(0.25);
    expect(ratio('w2_cpu_vs_ansible_raw', 'w2', of)).toBe(0.05);
    expect(ratio('w2_cpu_vs_ansible_command', 'w2', of)).toBeNull();
  });

  it('compare with the best of the others, each by its own measure', () => {
    const of = costs({ Deployday: [cost(1, 1)], pdsh: [cost(4, 2)], pssh: [cost(2, 4)] });
    expect(ratio('w1_cpu_vs_best', 'w1', of)).toBe(0.5);
    expect(ratio('w1_wall_vs_best', 'w1', of)).toBe(0.5);
  });

  it('count what the database and the nodes use', () => {
    const ours: Cost = { wall: 1, client: 1, database: 2, nodes: 3 };
    expect(ratio('w1_cpu_vs_best', 'w1', costs({ Deployday: [ours], pdsh: [cost(1, 6)] }))).toBe(1);
  });

  it('know how the cost per node grows', () => {
    const of = costs({ '50 nodes': [cost(1, 5)], '500 nodes': [cost(9, 55)] });
    expect(ratio('scale_500_vs_50', 'scale', of)).toBeCloseTo(1.1);
  });

  it('are told as met, missed or not measured, and as one line for programs', () => {
    const results = new Map([
      ['w3', costs({ Deployday: [cost(1, 1)], pdsh: [cost(1, 4)], clush: [cost(1, 2)] })],
    ]);
    const reported = [{ key: 'start_warm_s', title: 'warm start', value: 2.5, unit: 's', atMost: 3 }];
    const table = goalTable(results, reported);
    expect(table).toMatch(/lines: CPU, pdsh +\| 0.250× +\| ≤ 0.6× +\| met/);
    expect(table).toMatch(/lines: CPU, clush +\| 0.500× +\| ≤ 0.3× +\| missed/);
    expect(table).toMatch(/file: CPU, scp +\| – +\| ≤ 0.85× +\| not measured/);
    expect(table).toMatch(/warm start +\| 2.50 s +\| ≤ 3 s +\| met/);
    const told = JSON.parse(jsonLine(results, reported));
    expect(told).toMatchObject({
      bench: 'fanout',
      ratios: { w3_cpu_vs_pdsh: 0.25, w3_cpu_vs_clush: 0.5, w4_cpu_vs_scp: null },
      reported: { start_warm_s: 2.5 },
    });
    expect(Object.keys(told.ratios)).toEqual(GOALS.map(({ key }) => key));
  });
});

/**
 * What Ansible shows people while it runs, a line per task and host, and what it tells us at the end: `summary.json`, which is
 * there only if it came to its end.
 */
export const CALLBACK = `from __future__ import annotations
DOCUMENTATION = '''
name: deployday
type: stdout
short_description: a line per task and host, a summary at the end
description: [lines for people on stdout, the outcome as JSON in the file that DEPLOYDAY_SUMMARY names]
'''
import json, os
from ansible.plugins.callback import CallbackBase


def reason(result):
    if result.get('_ansible_no_log'):
        return 'its output is not shown (no_log)'
    # Of a command that failed, what it said tells more than that it did.
    keys = ('stderr', 'stdout', 'msg') if result.get('rc') else ('msg', 'stderr', 'stdout')
    for key in (*keys, 'module_stderr', 'exception'):
        lines = [line for line in str(result.get(key) or '').splitlines() if line.strip()]
        if lines:
            return lines[-1].strip()[:500]
    items = [item for item in result.get('results', ()) if item.get('failed')]
    return reason(items[0]) if items else 'no reason given'


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = 'stdout'
    CALLBACK_NAME = 'deployday'

    def __init__(self):
        super().__init__()
        self.failed, self.unreachable = [], []

    def say(self, text):
        print(text, flush=True)

    def v2_playbook_on_play_start(self, play):
        self.say('play: %s' % (play.get_name() or 'unnamed'))

    def v2_playbook_on_task_start(self, task, is_conditional):
        self.say('task: %s' % task.get_name())

    v2_playbook_on_handler_task_start = lambda self, task: self.say('handler: %s' % task.get_name())

    def entry(self, result):
        return {'node': result._host.get_name(), 'task': result._task.get_name(), 'why': reason(result._result)}

    def v2_runner_on_ok(self, result):
        what = 'changed' if result._result.get('changed') else 'ok'
        said = ''
        if result._task.action in ('debug', 'ansible.builtin.debug') and not result._result.get('_ansible_no_log'):
            said = ': %s' % reason(result._result)
        self.say('  %s: %s%s' % (what, result._host.get_name(), said))

    def v2_runner_on_failed(self, result, ignore_errors=False):
        entry = self.entry(result)
        self.say('  %s: %s: %s' % ('failed, ignored' if ignore_errors else 'failed', entry['node'], entry['why']))
        if not ignore_errors:
            self.failed.append(entry)

    def v2_runner_on_skipped(self, result):
        self.say('  skipped: %s' % result._host.get_name())

    def v2_runner_on_unreachable(self, result):
        entry = self.entry(result)
        self.say('  unreachable: %s: %s' % (entry['node'], entry['why']))
        if not (result._task.ignore_unreachable or False):
            self.unreachable.append(entry)

    def v2_playbook_on_no_hosts_matched(self):
        self.say('  no node matches')

    def v2_playbook_on_stats(self, stats):
        hosts = sorted(stats.processed)
        sums = [stats.summarize(host) for host in hosts]
        # What a rescue block has made good counts as good.
        lost = {host for host, one in zip(hosts, sums) if one['failures'] or one['unreachable']}
        summary = {
            'nodes': len(hosts), 'ok': sum(one['ok'] for one in sums), 'changed': sum(one['changed'] for one in sums),
            'failed': [entry for entry in self.failed if entry['node'] in lost],
            'unreachable': [entry for entry in self.unreachable if entry['node'] in lost],
        }
        path = os.environ['DEPLOYDAY_SUMMARY']
        with open(path + '.new', 'w') as file:
            json.dump(summary, file)
        os.rename(path + '.new', path)
        for host, one in zip(hosts, sums):
            self.say('%s: %d ok, %d changed, %d failed, %d unreachable, %d skipped' % (
                host, one['ok'], one['changed'], one['failures'], one['unreachable'], one['skipped']))
`;

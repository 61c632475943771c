# As the services do it: through the address that all nodes know, with their own password. A message goes through a queue
# of its own that goes away with the connection.
python3 - <<'PYTHON'
import os, sys, uuid
from amqp import Connection, Message
from amqp.exceptions import AMQPError
address = os.environ['ROLE_CONTROLLER_ADDRESSES'].split()[0] + ':5672'
try:
    with Connection(address, userid='openstack', password=os.environ['PARAM_QUEUE_PASSWORD'], connect_timeout=10,
                    read_timeout=20, write_timeout=20) as link:
        channel = link.channel()
        queue = channel.queue_declare(exclusive=True, auto_delete=True).queue
        sent = uuid.uuid4().hex
        channel.basic_publish(Message(sent), routing_key=queue)
        message = channel.basic_get(queue, no_ack=True)
        got = message.body if message else None
        got = got.decode() if isinstance(got, bytes) else got
        what = link.server_properties
except (OSError, AMQPError) as error:
    sys.exit('%s: %s' % (address, error or type(error).__name__))
if got != sent:
    sys.exit('%s: sent %s, got %s' % (address, sent, got))
print('%s %s at %s: a message sent and got back' % (what['product'], what['version'], address))
PYTHON

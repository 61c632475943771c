case $PARAM_SOURCE in
  -* | ext::* | *"
"*) die "the parameter source is no address of a git repository" ;;
esac
case $PARAM_BRANCH in -*) die "the parameter branch begins with a -" ;; esac
[ -d $TREE/.git ] || as_stack git init -q $TREE
as_stack git -C $TREE fetch --quiet --depth 1 --force -- "$PARAM_SOURCE" "$PARAM_BRANCH" ||
  # Servers that only give files cannot cut a history short.
  as_stack git -C $TREE fetch --quiet --force -- "$PARAM_SOURCE" "$PARAM_BRANCH" ||
  die "cannot fetch $PARAM_BRANCH of $PARAM_SOURCE: git's reason is above; does $NODE_NAME reach it?"
as_stack git -C $TREE checkout --quiet --force --detach FETCH_HEAD
[ -f $TREE/stack.sh ] || die "$PARAM_SOURCE has no stack.sh at $PARAM_BRANCH"

services=
if [ "$PARAM_SERVICES" != usual ]; then services="ENABLED_SERVICES=$PARAM_SERVICES"; fi
(
  umask 077
  cat >$TREE/local.conf.new <<CONF
[[local|localrc]]
HOST_IP=$NODE_ADDRESS
ADMIN_PASSWORD=$PARAM_ADMIN_PASSWORD
DATABASE_PASSWORD=$PARAM_ADMIN_PASSWORD
RABBIT_PASSWORD=$PARAM_ADMIN_PASSWORD
SERVICE_PASSWORD=$PARAM_ADMIN_PASSWORD
LOGFILE=/opt/stack/logs/stack.sh.log
LOG_COLOR=False
$services
CONF
)
# stack.sh writes every command into its log, with the passwords in it.
install -d -o stack -g stack -m 0700 /opt/stack/logs
chown stack: $TREE/local.conf.new
mv $TREE/local.conf.new $TREE/local.conf
echo "$(as_stack git -C $TREE log -1 --format='%h %s') from $PARAM_SOURCE"

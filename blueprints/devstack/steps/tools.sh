apt-get -qq update
apt-get -qq -y --no-install-recommends -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=300 install git sudo curl ca-certificates lsb-release </dev/null
id stack >/dev/null 2>&1 || useradd --system --create-home --home-dir /opt/stack --shell /bin/bash stack
chmod 755 /opt/stack
# stack.sh installs packages and starts services by itself.
printf 'stack ALL=(ALL) NOPASSWD: ALL\n' >/etc/sudoers.d/stack.new
chmod 440 /etc/sudoers.d/stack.new
visudo -cqf /etc/sudoers.d/stack.new
mv /etc/sudoers.d/stack.new /etc/sudoers.d/stack
echo "$(git --version), user stack"

/**
 * The built-in topics, as shell text for dash and busybox. Each prints lines `topic<TAB>key<TAB>value`; `$T` is a tab.
 * One process for many items everywhere: a fork costs a millisecond, and a node has thousands of items.
 */

export const OS = String.raw`
if [ -r /etc/os-release ]; then
  while IFS== read -r key value; do
    value=${'$'}{value#[\"\']}; value=${'$'}{value%[\"\']}
    case $key in
      ID) printf 'os\tid\t%s\n' "$value" ;;
      VERSION_ID) printf 'os\tversion\t%s\n' "$value" ;;
    esac
  done </etc/os-release
fi
printf 'os\tkernel\t%s\nos\tarch\t%s\nos\thostname\t%s\n' "$(uname -r)" "$(uname -m)" "$(uname -n)"
`;

export const PACKAGES = String.raw`
if has dpkg-query; then
  dpkg-query -W -f='${'$'}{db:Status-Status}\t${'$'}{binary:Package}\t${'$'}{Version}\n' 2>/dev/null | awk -F '\t' '
    $1 == "installed" { print "packages\t" $2 "\t" $3; next }
    $1 != "config-files" && $1 != "not-installed" { print "packages\t" $2 "\t" $3 " (" $1 ")" }'
fi
`;

export const SERVICES = String.raw`
if [ -d /run/systemd/system ] && has systemctl; then
  { systemctl list-unit-files --type=service,socket --no-legend --no-pager 2>/dev/null | sed 's/^/F /'
    systemctl list-units --type=service,socket --all --plain --no-legend --no-pager 2>/dev/null | sed 's/^/U /'
  } </dev/null | awk '
    $1 == "F" { state[$2] = $3; next }
    # Neither running nor anyone who wants it to.
    $3 == "not-found" || ($4 == "inactive" && state[$2] ~ /^(static|alias|indirect)?$/) { next }
    { print "services\t" $2 "\t" $4 "/" $5 (($2 in state) ? " " state[$2] : ""); shown[$2] = 1 }
    END {
      for (unit in state)
        if (!(unit in shown) && unit !~ /@\./ && state[unit] ~ /^(enabled|disabled|masked)/)
          print "services\t" unit "\tinactive/dead " state[unit]
    }'
fi
`;

/** Without ss, the kernel's tables go over as they are: "ports-hex", protocol, address:port. */
export const PORTS = String.raw`
if has ss && ss -H -lntu >/dev/null 2>&1; then
  ss -H -lntup 2>/dev/null | awk '{
    who = ""; rest = $0
    while (match(rest, /\("[^"]*"/)) {
      name = substr(rest, RSTART + 2, RLENGTH - 3); rest = substr(rest, RSTART + RLENGTH)
      if (index("," who ",", "," name ",") == 0) who = (who == "" ? "" : who ",") name
    }
    print "ports\t" $1 " " $5 "\t" (who == "" ? "?" : who)
  }'
else
  for table in tcp tcp6 udp udp6; do
    [ -r /proc/net/$table ] || continue
    awk -v protocol="${'$'}{table%6}" 'FNR > 1 && ($4 == "0A" || (protocol == "udp" && $4 == "07")) {
      print "ports-hex\t" protocol "\t" $2 }' /proc/net/$table
  done
fi
`;

export const USERS = String.raw`
awk -F : 'NF >= 7 { print "users\t" $1 "\t" $3 ":" $4 ":" $7 }' /etc/passwd 2>/dev/null
`;

export const MOUNTS = String.raw`
awk '{
  options = "," $4 ","; value = $3 " " (index(options, ",ro,") ? "ro" : "rw")
  if (index(options, ",noexec,")) value = value ",noexec"
  if (index(options, ",nosuid,")) value = value ",nosuid"
  if (index(options, ",nodev,")) value = value ",nodev"
  print "mounts\t" $2 "\t" value
}' /proc/self/mounts 2>/dev/null
`;

/** Of the files and folders in "$@". sha256sum puts a backslash before the hash where it had to escape the name. */
export const FILES = String.raw`
find "$@" -xdev -type f -exec sha256sum {} + 2>/dev/null |
  sed "s/^\(.\{0,1\}[0-9a-f]\{64\}\)  \(.*\)/files$T\2$T\1/"
find "$@" -xdev -type l -exec ls -ld {} + 2>/dev/null |
  sed -n "s|^l[^/]*\(/.*\) -> \(.*\)|files$T\1$T-> \2|p"
if [ "$(id -u)" != 0 ]; then
  find "$@" -xdev -type f -exec sh -c 'for file; do
    [ -r "$file" ] || printf "files\t%s\t(unreadable)\n" "$file"; done' sh {} + 2>/dev/null
  find "$@" -xdev -type d -exec sh -c 'for file; do
    [ -r "$file" ] && [ -x "$file" ] || printf "files\t%s/\t(unreadable)\n" "$file"; done' sh {} + 2>/dev/null
fi
if [ "$names" != 0 ]; then
  patterns >"$work/patterns"; program >"$work/program"
  find "$@" -xdev -type f -exec grep -lF -f "$work/patterns" {} + 2>/dev/null | while IFS= read -r file; do
    sum=$(sed -f "$work/program" <"$file" 2>/dev/null | sha256sum)
    printf 'files-renamed\t%s\t%s\n' "$file" "${'$'}{sum%% *}"
  done
fi
`;

/**
 * Of the files in "$@". awk prints "p<TAB>key<TAB>value", or for a value that must stay on the node
 * "s<TAB>key<TAB>text before<TAB>text after" and on the next line the secret, of which only a short hash goes out. A URL's
 * password is all from the first colon behind the scheme to the last @: too much rather than too little.
 */
export const SETTINGS = String.raw`
for file do
  if [ ! -e "$file" ]; then printf 'settings\t%s\t(missing)\n' "$file"
  elif [ ! -f "$file" ] || [ ! -r "$file" ]; then printf 'settings\t%s\t(unreadable)\n' "$file"
  else printf 'file\t%s\n' "$file"; sed 's/^/l/' <"$file"; echo
  fi
done | awk '
  function flush(  name, at, head, rest, colon, last, i) {
    if (key == "") return
    name = file (section == "" ? "" : " " section) " " key
    gsub(/\t/, " ", name); gsub(/\t/, " ", value)
    if (tolower(key) ~ /(password|passwd|pass|secret|token|passphrase|credentials?|key)$/ && value != "" && value !~ /^\//) {
      print "s\t" name "\t\t"; print value
    } else if ((at = index(value, "://")) > 0 && index(substr(value, at), "@") > 0) {
      head = substr(value, 1, at + 2); rest = substr(value, at + 3)
      colon = index(rest, ":"); last = 0
      for (i = length(rest); i > 0; i--) if (substr(rest, i, 1) == "@") { last = i; break }
      if (colon > 0 && colon < last) {
        print "s\t" name "\t" head substr(rest, 1, colon) "\t" substr(rest, last)
        print substr(rest, colon + 1, last - colon - 1)
      } else print "p\t" name "\t" value
    } else print "p\t" name "\t" value
    key = ""
  }
  /^settings\t/ { flush(); print "x\t" $0; next }
  /^file\t/ { flush(); file = substr($0, 6); section = ""; again = (file in done); done[file] = 1; next }
  again { next }
  { $0 = substr($0, 2); sub(/\r$/, "") }
  /^[ \t]*([#;]|$)/ { next }
  /^[ \t]*\[.*\]/ { flush(); section = $0; sub(/^[ \t]*/, "", section); sub(/\].*/, "]", section); next }
  /^[ \t]/ && key != "" && index($0, "=") == 0 { sub(/^[ \t]+/, ""); value = value " " $0; next }
  {
    flush(); line = $0; sub(/^[ \t]+/, "", line); at = index(line, "=")
    if (at == 0 && match(line, /:[ \t]|[ \t]/)) at = RSTART
    if (at == 0) { key = line; value = "" } else { key = substr(line, 1, at - 1); value = substr(line, at + 1) }
    sub(/[ \t]+$/, "", key); sub(/^[ \t]+/, "", value); sub(/[ \t]+$/, "", value)
  }
  END { flush() }' | while IFS= read -r line; do
  case $line in
    "x$T"*) printf '%s\n' "${'$'}{line#x?}" ;;
    "p$T"*) printf 'settings\t%s\n' "${'$'}{line#p?}" ;;
    "s$T"*)
      IFS= read -r secret
      sum=$(printf '%s' "$secret" | sha256sum)
      after=${'$'}{line##*"$T"}; line=${'$'}{line%"$T"*}
      printf 'settings\t%s(secret %.8s)%s\n' "${'$'}{line#s?}" "$sum" "$after" ;;
  esac
done
`;

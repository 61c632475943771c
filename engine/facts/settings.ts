/**
 * How the awk program of a node takes a configuration file apart, setting by setting. One reader for nearly all forms: `[section]`
 * and `key = value`; `key value`; blocks `<X …>` … `</X>` and `x {` … `}`; YAML by its indentation; hosts, fstab, cron tables
 * and apt sources.
 *
 * No password leaves the node. Of a value that looks secret goes out what it is, if it is one of the environment's secret
 * parameters (`(secret param admin_password)`), or a number that stands for it (`(secret #1)`), and once per number the beginning of
 * its hash. A URL's password is all from the first colon behind the scheme to the last @: too much rather than too little.
 */
export const SETTINGS = String.raw`
function secret(value,  bare, number) {
  if (value ~ /^\(secret param [a-z0-9_]+\)$/) return value
  bare = value
  gsub(/^["']|["']$/, "", bare)
  if (!(bare in numbered)) {
    numbered[bare] = ++secret_count
    printf "secret\t#%d\t", secret_count
    fflush()
    # The rest of the line; of the hash not more than its beginning leaves the node.
    printf "%s", bare | "sha256sum | { read -r sum rest; printf '%.8s\\n' \"$sum\"; }"
    close("sha256sum | { read -r sum rest; printf '%.8s\\n' \"$sum\"; }")
  }
  return "(secret #" numbered[bare] ")"
}

function shown(key, value,  low, at, head, rest, colon, last, i) {
  low = tolower(key)
  if (value == "") return value
  if (low ~ /(password|passwd|pass|pwd|secret|token|passphrase|credentials?|key|psk|community)["']?$/ && value !~ /^\/|:\/\//) return secret(unsecret(value))
  value = unsecret(value)
  if ((at = index(value, "://")) > 0 && index(substr(value, at), "@") > 0) {
    head = substr(value, 1, at + 2); rest = substr(value, at + 3)
    colon = index(rest, ":"); last = 0
    for (i = length(rest); i > 0; i--) if (substr(rest, i, 1) == "@") { last = i; break }
    if (colon > 0 && colon < last)
      return head substr(rest, 1, colon) secret(substr(rest, colon + 1, last - colon - 1)) substr(rest, last)
  }
  if (match(tolower(value), /(password|passwd|passphrase|secret|token)[a-z_]*["']?[ =:]+[^ \/(]/))
    return substr(value, 1, RSTART + RLENGTH - 2) secret(substr(value, RSTART + RLENGTH - 1))
  return value
}

function setting(file, section, key, value) {
  if (key == "") return
  # systemd's units, and what they start with.
  if (key == "Environment" && match(value, /^["']?[A-Za-z_][A-Za-z0-9_]*=/)) {
    key = key " " substr(value, RSTART, RLENGTH - 1); gsub(/["']/, "", key)
    value = substr(value, RSTART + RLENGTH); sub(/["']$/, "", value)
  }
  # Which sources are asked for passwd is no password.
  say("settings", file (section == "" ? "" : " [" section "]") " " key, file == "/etc/nsswitch.conf" ? value : shown(key, value))
}

function settings(file,  line) {
  if (file in taken_apart) return
  taken_apart[file] = 1
  if (file ~ /\/cron/) rows(file, "cron")
  else if (file == "/etc/hosts") rows(file, "hosts")
  else if (file == "/etc/fstab") rows(file, "fstab")
  else if (file ~ /\.ya?ml$/) yaml(file)
  else sections(file)
  close(file)
}

function rows(file, form,  line, part, count, key, i) {
  while ((getline line < file) > 0) {
    sub(/^[ \t]+/, "", line); sub(/[ \t\r]+$/, "", line)
    if (form != "cron") sub(/[ \t]*#.*/, "", line)
    if (line == "" || line ~ /^#/) continue
    if (form == "cron" && line ~ /^[A-Za-z_]+[ \t]*=/) { i = index(line, "="); setting(file, "", substr(line, 1, i - 1), substr(line, i + 1)); continue }
    count = split(line, part, /[ \t]+/)
    if (form == "hosts") { i = index(line, part[2]); setting(file, "", part[1], count > 1 ? substr(line, i) : "") }
    else if (form == "fstab") setting(file, "", part[2], part[1] " " part[3] " " part[4])
    else {
      # What is run, and when: "@daily root x" and "0 3 * * * root x".
      i = (line ~ /^@/ ? 1 : 5)
      key = line
      while (i-- > 0) sub(/^[^ \t]+[ \t]+/, "", key)
      setting(file, "", substr(shown("", key), 1, 120), substr(line, 1, length(line) - length(key)))
    }
  }
}

function yaml(file,  line, indent, depth, path, level, key, at, value, i) {
  depth = 0
  while ((getline line < file) > 0) {
    sub(/[ \t\r]+$/, "", line)
    if (line ~ /^[ \t]*(#|$)/ || line ~ /^---/) continue
    match(line, /^ */); indent = RLENGTH
    line = substr(line, indent + 1)
    while (depth > 0 && level[depth] >= indent + (line ~ /^- /)) depth--
    key = ""
    for (i = 1; i <= depth; i++) key = key (i > 1 ? "." : "") path[i]
    at = match(line, /:( |$)/)
    if (line ~ /^- / || at == 0) { sub(/^- /, "", line); setting(file, "", key == "" ? "-" : key, line); continue }
    value = substr(line, at + 1); sub(/^ +/, "", value)
    depth++; level[depth] = indent; path[depth] = substr(line, 1, at - 1)
    if (value != "") setting(file, "", key (key == "" ? "" : ".") path[depth], value)
  }
}

function sections(file,  line, section, key, value, at, inner, assigned) {
  section = ""; key = ""; value = ""; inner = 0
  while ((getline line < file) > 0) {
    sub(/\r$/, "", line)
    if (line ~ /^[ \t]*([#;]|$)/ || line ~ /^[ \t]*\/\//) continue
    # A value that goes on; but where there are blocks, lines are indented for another reason.
    if (line ~ /^[ \t]/ && key != "" && assigned && !inner && index(line, "=") == 0 && line !~ /[{};>]$/) {
      sub(/^[ \t]+/, "", line); value = value " " line; continue
    }
    setting(file, section, key, value)
    key = ""
    sub(/^[ \t]+/, "", line); sub(/[ \t]+$/, "", line)
    if (line ~ /^\[.*\]/ && !inner) { section = line; sub(/^\[/, "", section); sub(/\].*/, "", section); continue }
    if (line ~ /^<\//) { if (inner) inner--; sub(/(^|\/)[^\/]*$/, "", section); continue }
    if (line ~ /^<[A-Za-z].*>$/ || line ~ /[^$]\{$/ || line == "{") {
      gsub(/^<|>$|[ \t]*\{$/, "", line); gsub(/\//, "|", line)
      section = section (inner ? "/" : "") line; inner++
      continue
    }
    if (line ~ /^\};?$/) { if (inner) inner--; sub(/(^|\/)[^\/]*$/, "", section); continue }
    at = index(line, "=")
    assigned = at > 0
    if (inner || !assigned) sub(/;$/, "", line)
    if ((at == 0 || line ~ /^deb(-src)?[ \t]/) && match(line, /:[ \t]|[ \t]/)) at = RSTART
    if (at == 0) { key = line; value = "" } else { key = substr(line, 1, at - 1); value = substr(line, at + 1) }
    sub(/[ \t]+$/, "", key); sub(/^[ \t]+/, "", value)
  }
  setting(file, section, key, value)
}
`;

// The fixed programs that run on a host, for a POSIX sh with coreutils and util-linux. Data reaches
// them as arguments and standard input only.
#pragma once

#include <string_view>

namespace hikkoshi::hosts::remote_script {

/// Exit codes of the scripts below.
enum Status {
  absent = 44,      ///< There is no such file.
  not_a_file = 45,  ///< There is something else: a folder, a device.
  no_folder = 46,   ///< The folder to write in is missing.
  busy = 75,        ///< Another writer held the lock all the time.
  stale = 76,       ///< Another holder has raised the epoch.
  incomplete = 77,  ///< The input ended early.
};

/// sh -c run MARK FILE LINE WORD...: runs WORD... and then writes "<MARK STATUS>" to standard
/// error; standard output begins with MARK. Without that mark nobody knows how the command ended:
/// ssh's own 255, a lost connection and a login shell that does not run commands look like
/// statuses. When FILE is given, LINE must be in it.
inline constexpr std::string_view run = R"sh(
m=$1 f=$2 h=$3; shift 3
printf %s "$m"
if [ -n "$f" ]; then
  grep -qxF -e "$h" -- "$f" 2>/dev/null ||
    { printf '<%s stale>' "$m" >&2; grep -F -e " ${h#* }" -- "$f" >&2; exit 1; }
fi
"$@"
s=$?
printf '<%s %d>' "$m" "$s" >&2
exit "$s")sh";

/// read PATH: "MODE USER:GROUP UID:GID SIZE\n", then the content.
inline constexpr std::string_view read = R"sh(
p=$1
if [ ! -e "$p" ]; then
  d=$p
  while [ ! -e "$d" ]; do d=${d%/*}; [ -n "$d" ] || d=/; done
  [ ! -d "$d" ] || [ -x "$d" ] || { echo "$d: Permission denied" >&2; exit 1; }
  exit 44
fi
[ -f "$p" ] || exit 45
exec 3<"$p" || exit 1
stat -L -c '%a %U:%G %u:%g %s' /dev/fd/3 && cat <&3)sh";

/// write PATH MODE OWNER SIZE FILE LINE. The folder stays locked from before the first byte arrives
/// until the rename, so that a writer whose connection died can neither rename late nor leave a
/// temporary file that a later write would not dare to remove.
inline constexpr std::string_view write = R"sh(
LC_ALL=C; export LC_ALL; umask 077
p=$1 mode=$2 owner=$3 size=$4 f=$5 h=$6
t=$(readlink -f -- "$p") || exit 46
[ ! -e "$t" ] || [ -f "$t" ] || exit 45
d=${t%/*}; [ -n "$d" ] || d=/
[ -d "$d" ] || exit 46
exec 8<"$d" || exit 1
flock -w 50 8 || exit 75
if [ -n "$f" ]; then
  [ -e "$f.lock" ] || { echo "its record is gone" >&2; exit 76; }
  exec 7<"$f.lock" || exit 1
  flock -s -w 50 7 || exit 75
  grep -qxF -e "$h" -- "$f" || { grep -F -e " ${h#* }" -- "$f" >&2; exit 76; }
fi
rm -f -- "$d"/.hikkoshi.?* 2>/dev/null
n=$(mktemp -- "$d/.hikkoshi.XXXXXX") || exit 1
trap 'rm -f -- "$n"' EXIT
trap 'exit 1' HUP INT TERM PIPE
timeout 40 head -c "$size" >"$n" || exit 1
[ "$(stat -c %s -- "$n")" = "$size" ] || exit 77
if [ -z "$owner" ] && [ -e "$t" ]; then owner=$(stat -c %u:%g -- "$t"); fi
[ -z "$owner" ] || chown -- "$owner" "$n" || exit 1
chmod -- "$mode" "$n" && sync -- "$n" && mv -f -T -- "$n" "$t" && sync -- "$d")sh";

/// remove PATH FILE LINE.
inline constexpr std::string_view unlink = R"sh(
p=$1 f=$2 h=$3
[ ! -d "$p" ] || [ -L "$p" ] || exit 45
d=${p%/*}; [ -n "$d" ] || d=/
if [ -d "$d" ]; then
  exec 8<"$d" || exit 1
  flock -w 50 8 || exit 75
fi
if [ -n "$f" ]; then
  [ -e "$f.lock" ] || { echo "its record is gone" >&2; exit 76; }
  exec 7<"$f.lock" || exit 1
  flock -s -w 50 7 || exit 75
  grep -qxF -e "$h" -- "$f" || { grep -F -e " ${h#* }" -- "$f" >&2; exit 76; }
fi
rm -f -- "$p" || exit 1
[ ! -d "$d" ] || sync -- "$d")sh";

/// raise FOLDER RUN EPOCH: prints the file that has the line "EPOCH RUN" afterwards. Each run has
/// its own line. An epoch that we can read but not replace counts too.
inline constexpr std::string_view raise = R"sh(
run=$2 epoch=$3; umask 022
refuse_higher() {
  [ -r "$1" ] || return 0
  while read -r n r; do
    if [ "$r" = "$run" ] && [ "$n" -gt "$epoch" ]; then echo "$n $r" >&2; exit 76; fi
  done <"$1"
}
f=$1
if ! { mkdir -p -- "$f" 2>/dev/null && [ -w "$f" ]; }; then
  refuse_higher "$f/epoch"
  f=$HOME/.hikkoshi
  mkdir -p -- "$f" || exit 1
fi
exec 7>>"$f/epoch.lock" || exit 1
flock -w 50 7 || exit 75
[ "$f/epoch.lock" -ef /dev/fd/7 ] || exit 75
refuse_higher "$f/epoch"
t=$(mktemp -- "$f/.epoch.XXXXXX") || exit 1
trap 'rm -f -- "$t"' EXIT
{
  [ ! -e "$f/epoch" ] || while read -r n r; do [ "$r" = "$run" ] || echo "$n $r"; done <"$f/epoch"
  echo "$epoch $run"
} >"$t" || exit 1
chmod 644 "$t" && sync -- "$t" && mv -f -- "$t" "$f/epoch" && sync -- "$f" &&
  printf %s "$f/epoch")sh";

/// drop FOLDER RUN: takes the run's line away wherever `raise` may have put it, and with the last
/// line the files and the folder. Whoever waits for the lock then finds that it is another's.
inline constexpr std::string_view drop = R"sh(
run=$2; umask 022
for f in "$1" "$HOME/.hikkoshi"; do
  [ -d "$f" ] && [ -w "$f" ] || continue
  [ -e "$f/epoch" ] || [ -e "$f/epoch.lock" ] || continue
  exec 7>>"$f/epoch.lock" || exit 1
  flock -w 50 7 || exit 75
  t=$(mktemp -- "$f/.epoch.XXXXXX") || exit 1
  trap 'rm -f -- "$t"' EXIT
  [ ! -e "$f/epoch" ] ||
    while read -r n r; do [ "$r" = "$run" ] || echo "$n $r"; done <"$f/epoch" >"$t" || exit 1
  if [ -s "$t" ]; then
    chmod 644 "$t" && sync -- "$t" && mv -f -- "$t" "$f/epoch" && sync -- "$f" || exit 1
  else
    rm -f -- "$t" "$f/epoch" "$f/epoch.lock" && sync -- "$f" || exit 1
    rmdir -- "$f" 2>/dev/null || true
  fi
  exec 7>&-
done)sh";

}  // namespace hikkoshi::hosts::remote_script

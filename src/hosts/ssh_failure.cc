#include "hosts/ssh_failure.h"

#include <fmt/format.h>

#include "base/text.h"

namespace hikkoshi::hosts {

namespace {

bool says(const std::string& words, std::string_view phrase) {
  return words.find(phrase) != std::string::npos;
}

/// How a person looks at the key that the host offers.
std::string scan_command(const SshPlace& place) {
  return fmt::format("ssh-keyscan -p {} {}", place.endpoint.port, place.endpoint.host);
}

/// As known_hosts writes the host (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT).
std::string known_name(const SshPlace& place) {
  if (place.endpoint.port == 22) return place.endpoint.host;
  return fmt::format("[{}]:{}", place.endpoint.host, place.endpoint.port);
}

}  // namespace

std::string SshPlace::text() const {
  return fmt::format("{} ({}{})", name, user.empty() ? "" : user + "@", endpoint.text());
}

std::string quoted_words(const std::string& words) {
  std::vector<std::string> lines;
  for (const std::string& line : split(words, '\n'))
    if (auto plain = trim(line); !plain.empty() && plain.find_first_not_of('@') != plain.npos)
      lines.push_back(printable(plain));
  return lines.empty() ? "ssh said nothing" : "ssh: " + join(lines, " / ");
}

Error login_failure(const SshPlace& place, const std::string& words) {
  std::string said = quoted_words(words);
  if (says(words, "IDENTIFICATION HAS CHANGED") || says(words, "host key mismatch"))
    return Error(Retry::never,
                 fmt::format("the host key of {} has changed: {}", place.text(), said),
                 Exit::authentication)
        .remedy(fmt::format(
            "find out why, on the host's console; if the new key is right: ssh-keygen -R '{}', "
            "then pin the key that `{}` shows",
            known_name(place), scan_command(place)));
  if (says(words, "host key is known") || says(words, "Host key verification failed") ||
      says(words, "key revoked"))
    return Error(Retry::never,
                 fmt::format("the host key of {} is not known: {}", place.text(), said),
                 Exit::authentication)
        .remedy(fmt::format("compare what `{}` shows with the host's own "
                            "/etc/ssh/ssh_host_*_key.pub, then add it to your known_hosts",
                            scan_command(place)));
  if (says(words, "Permission denied") || says(words, "Too many authentication failures") ||
      says(words, "no mutual signature"))
    return Error(Retry::never, fmt::format("{} refuses the login: {}", place.text(), said),
                 Exit::authentication)
        .remedy(
            "log in once with `ssh` itself; the key must be in the account's authorized_keys "
            "and usable without a question (an agent, or a key without a passphrase)");
  if (says(words, "administratively prohibited"))
    return Error(Retry::never,
                 fmt::format("the bastion does not forward to {}: {}", place.text(), said))
        .remedy("its sshd needs `AllowTcpForwarding yes` (or `local`) for this account");
  if (says(words, "Bad configuration option") || says(words, "bad configuration options") ||
      says(words, "Can't open user config file") || says(words, "Bad owner or permissions"))
    return Error(Retry::never,
                 fmt::format("ssh cannot use its configuration for {}: {}", place.text(), said))
        .remedy("mend that file; the move file names it at ssh.config");
  return Error(Retry::safe, fmt::format("cannot reach {}: {}", place.text(), said))
      .remedy(fmt::format("see whether it is up and its port {} open from where the login starts; "
                          "the move file has its address, and the bastion as `via`",
                          place.endpoint.port));
}

}  // namespace hikkoshi::hosts

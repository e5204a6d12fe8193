#include "hosts/ssh_host.h"

#include <atomic>

#include <unistd.h>

#include "hosts/host_contract.h"
#include "hosts/ssh_world.h"

namespace hikkoshi::hosts {

/// The servers, started once for the whole program.
SshWorld& the_world() {
  static const bool private_mounts = enter_private_mounts();
  static SshWorld world;
  (void)private_mounts;
  return world;
}

/// Two logins through the bastion, and a folder of their own.
struct SshPair {
  Host& host() { return first; }
  Host& other() { return second; }
  std::string path(const std::string& name) const { return folder.path() + "/" + name; }
  void link(const std::string& path, const std::string& target) const {
    EXPECT_EQ(::symlink(target.c_str(), path.c_str()), 0);
  }
  void answers(const std::vector<std::string>&, const CommandResult&) const {}

  SshHost::Options bastion_options() const {
    auto options = the_world().options();
    options.name = "new.bastion";
    options.endpoint = the_world().bastion().endpoint();
    return options;
  }
  SshHost::Options options() {
    auto options = the_world().options();
    options.jump = &bastion;
    options.epoch_folder = folder.path() + "/epochs";
    return options;
  }

  TemporaryFolder folder;
  SshHost bastion{bastion_options()};
  SshHost first{options()}, second{options()};
};
INSTANTIATE_TYPED_TEST_SUITE_P(Ssh, HostContract, SshPair);

}  // namespace hikkoshi::hosts

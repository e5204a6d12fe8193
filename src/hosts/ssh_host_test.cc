#include "hosts/ssh_host.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "hosts/ssh_world.h"

namespace hikkoshi::hosts {

class SshHostTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    private_mounts = enter_private_mounts();
    world = std::make_unique<SshWorld>();
  }
  static void TearDownTestSuite() { world.reset(); }

  static Command words(std::vector<std::string> arguments) {
    Command command;
    command.arguments = std::move(arguments);
    return command;
  }

  inline static bool private_mounts = false;
  inline static std::unique_ptr<SshWorld> world;
  SshHost host{world->options()};
};

TEST_F(SshHostTest, runs_a_command_through_a_bastion) {
  auto jump_options = world->options();
  jump_options.name = "new.bastion";
  jump_options.endpoint = world->bastion().endpoint();
  SshHost bastion(jump_options);
  auto options = world->options();
  options.jump = &bastion;
  SshHost inner(options);
  auto result = inner.run(words({"sh", "-c", "echo \"$SSH_CONNECTION\"; echo err >&2; exit 3"}));
  EXPECT_EQ(result.status, 3);
  EXPECT_EQ(result.error, "err\n");
  EXPECT_EQ(bastion.connection().pid() == 0, false);
}

TEST_F(SshHostTest, gives_back_what_it_wrote) {
  std::string path = world->path("a file");
  EXPECT_EQ(host.read_file(path), std::nullopt);
  host.write_file(path, {"one\0two\n", 0640, ""});
  auto file = host.read_file(path);
  ASSERT_TRUE(file);
  EXPECT_EQ(file->content, "one\0two\n");
  EXPECT_EQ(file->mode, 0640u);
  host.remove_file(path);
  EXPECT_EQ(host.read_file(path), std::nullopt);
}

}  // namespace hikkoshi::hosts

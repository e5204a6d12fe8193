#include "engine/requests.h"

#include <filesystem>

#include <gtest/gtest.h>
#include <unistd.h>

#include "base/file.h"

namespace hikkoshi::engine {

namespace fs = std::filesystem;

namespace {

Request approval() {
  Request request;
  request.what = Request::What::approve;
  request.gate = "service/approve";
  request.plan = "abc";
  request.who = "mika";
  return request;
}

class Folder : public testing::Test {
 protected:
  TemporaryFolder folder_;
  std::string path_ = folder_.path() + "/requests";
  FolderRequests source_{path_};
};

}  // namespace

TEST_F(Folder, hands_out_what_was_dropped_until_it_is_settled) {
  std::string id = drop_request(path_, approval());
  Request expected = approval();
  expected.id = id;
  EXPECT_EQ(source_.poll(), std::vector<Request>{expected});
  EXPECT_EQ(source_.poll().size(), 1u);
  source_.settle(expected, true);
  EXPECT_TRUE(source_.poll().empty());
}

TEST_F(Folder, keeps_the_order_in_which_they_were_dropped) {
  std::vector<std::string> dropped, seen;
  for (int i = 0; i < 20; ++i) {
    dropped.push_back(drop_request(path_, approval()));
    ::usleep(1500);
  }
  for (const Request& request : source_.poll()) seen.push_back(request.id);
  EXPECT_EQ(seen, dropped);
}

TEST_F(Folder, moves_what_was_refused_aside) {
  Request request = approval();
  request.id = drop_request(path_, request);
  source_.settle(request, false);
  EXPECT_TRUE(source_.poll().empty());
  EXPECT_TRUE(fs::exists(path_ + "/refused/" + request.id));
}

TEST_F(Folder, says_what_is_wrong_with_a_bad_file) {
  write_file_atomically(path_ + "/1.json", "{not json");
  write_file_atomically(path_ + "/2.json", R"({"what":"dance","who":"mika"})");
  write_file_atomically(path_ + "/3.json", R"({"what":"pause"})");
  write_file_atomically(path_ + "/4.json", R"({"what":"approve","who":"mika","gate":"g"})");
  write_file_atomically(path_ + "/5.json", std::string(70'000, ' '));
  write_file_atomically(path_ + "/6.json", R"({"what":"tune","who":"mika","name":"x"})");
  write_file_atomically(path_ + "/7.json", R"(["pause"])");
  fs::create_symlink("/etc/passwd", path_ + "/8.json");
  fs::create_directory(path_ + "/9.json");
  auto requests = source_.poll();
  ASSERT_EQ(requests.size(), 9u);
  for (const Request& request : requests) EXPECT_NE(request.problem, "") << request.id;
}

TEST_F(Folder, passes_over_files_that_are_not_requests_yet) {
  write_file_atomically(path_ + "/half.json.XyZ12a", "{");
  write_file_atomically(path_ + "/README", "hello");
  EXPECT_TRUE(source_.poll().empty());
}

TEST_F(Folder, belongs_to_its_owner_alone) {
  EXPECT_EQ(fs::status(path_).permissions(), fs::perms::owner_all);
}

TEST(Request, reads_back_what_it_wrote) {
  Request tune;
  tune.what = Request::What::tune;
  tune.who = "mika";
  tune.name = "copy-streams";
  tune.value = 8;
  for (Request request : {approval(), tune}) {
    request.id = "7";
    EXPECT_EQ(parse_request("7", to_json(request).dump()), request);
  }
}

}  // namespace hikkoshi::engine

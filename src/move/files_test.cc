// Runs every file of tests/move_files: those in good/ must parse, those in bad/ must give exactly
// the text of their .expected. NAME.overlay.yaml and then NAME.overlay2.yaml are laid on NAME.yaml.
//
// With UPDATE_EXPECTED=1 in the environment the .expected files are written anew, to be reviewed.
#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include <gtest/gtest.h>

#include "base/file.h"
#include "move/parse.h"

namespace hikkoshi::move {

namespace {

namespace fs = std::filesystem;

/// Paths without ".yaml", sorted.
std::vector<std::string> files_in(const std::string& folder) {
  std::vector<std::string> found;
  for (const auto& entry : fs::directory_iterator(std::string(MOVE_FILES "/") + folder)) {
    std::string path = entry.path().string();
    if (path.ends_with(".yaml") && path.find(".overlay") == std::string::npos)
      found.push_back(path.substr(0, path.size() - 5));
  }
  std::ranges::sort(found);
  return found;
}

Parsed parse_files(const std::string& path) {
  auto text = [&](const std::string& suffix) {
    return MoveText{fs::path(path + suffix).filename().string(), read_file(path + suffix)};
  };
  std::vector<MoveText> overlays;
  for (const char* suffix : {".overlay.yaml", ".overlay2.yaml"})
    if (fs::exists(path + suffix)) overlays.push_back(text(suffix));
  return parse(text(".yaml"), overlays);
}

}  // namespace

TEST(MoveFiles, that_are_good_parse_without_a_finding) {
  std::vector<std::string> files = files_in("good");
  EXPECT_GE(files.size(), 5u);
  for (const std::string& path : files) {
    Parsed parsed = parse_files(path);
    EXPECT_EQ(render(parsed.diagnostics), "") << path;
    EXPECT_TRUE(parsed.move) << path;
  }
}

TEST(MoveFiles, that_are_bad_give_exactly_the_findings_expected) {
  std::vector<std::string> files = files_in("bad");
  EXPECT_GE(files.size(), 40u);
  const bool update = std::getenv("UPDATE_EXPECTED") != nullptr;
  for (const std::string& path : files) {
    Parsed parsed = parse_files(path);
    std::string found = render(parsed.diagnostics);
    if (update) write_file_atomically(path + ".expected", found);
    EXPECT_EQ(found, read_file(path + ".expected")) << path;
    EXPECT_NE(found, "") << path;
    EXPECT_EQ(parsed.move.has_value(), !has_errors(parsed.diagnostics)) << path;
  }
}

TEST(MoveFiles, show_every_code_at_least_once) {
  std::string all;
  for (const std::string& path : files_in("bad")) all += read_file(path + ".expected");
  for (const CodeEntry& entry : codes()) {
    if (entry.code == Code::too_many) continue;  // Needs a hundred findings; see parse_test.cc.
    EXPECT_NE(all.find("[" + std::string(entry.number) + "]"), std::string::npos) << entry.number;
  }
}

}  // namespace hikkoshi::move
